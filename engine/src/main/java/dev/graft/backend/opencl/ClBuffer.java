package dev.graft.backend.opencl;

import dev.graft.backend.Backend;
import dev.graft.backend.Buffer;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicInteger;
import org.jocl.cl_mem;

/** Floats, or the ints of an index, on a device. */
final class ClBuffer implements Buffer {
  private final ClBackend backend;
  private final int length;
  private final ClPool.Lease lease;
  private final Cleaner.Cleanable end;
  private final cl_mem memory;
  private final AtomicInteger changes = new AtomicInteger();

  ClBuffer(ClBackend backend, int length) {
    this.backend = backend;
    this.length = length;
    ClPool.Block block = backend.memory().take((long) length * Float.BYTES);
    memory = block.memory;
    lease = backend.memory().lease(block);
    end = ClPool.watch(this, lease);
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public int changes() {
    return changes.get();
  }

  @Override
  public void changed() {
    changes.incrementAndGet();
  }

  /**
   * @throws IllegalStateException if the buffer was given back
   */
  cl_mem memory() {
    if (lease.isEnded()) {
      throw new IllegalStateException("opencl: this buffer was given back already");
    }
    return memory;
  }

  /** Gives the memory back now. A second call does nothing. */
  void release() {
    end.clean();
  }

  @Override
  public void read(int offset, float[] target, int targetOffset, int count) {
    check(offset, count);
    if (count > 0) {
      backend.queue().read(memory(), offset, target, targetOffset, count);
    }
    Reference.reachabilityFence(this);
  }

  /** All of an index. */
  int[] readInts(int count) {
    int[] values = new int[count];
    if (count > 0) {
      backend.queue().read(memory(), values);
    }
    Reference.reachabilityFence(this);
    return values;
  }

  @Override
  public void write(int offset, float[] source, int sourceOffset, int count) {
    check(offset, count);
    if (count > 0) {
      backend.queue().write(memory(), offset, source, sourceOffset, count);
    }
    Reference.reachabilityFence(this);
  }

  void write(int[] values) {
    if (values.length > 0) {
      backend.queue().write(memory(), values);
    }
    Reference.reachabilityFence(this);
  }

  private void check(int offset, int count) {
    if (offset < 0 || count < 0 || offset > length - count) {
      throw new IndexOutOfBoundsException(
          "opencl: " + count + " floats from " + offset + " in a buffer of " + length);
    }
  }
}
