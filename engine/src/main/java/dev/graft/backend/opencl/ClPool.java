package dev.graft.backend.opencl;

import dev.graft.backend.DeviceException;
import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_context;
import org.jocl.cl_mem;

/**
 * Device memory. We count it ourselves and stop before the driver has to: some drivers end the
 * process when memory runs out. Blocks that are given back, or whose buffers the garbage collector
 * has found, serve later requests of their size class; they are safe to reuse at once, since all
 * commands of a device run in order.
 */
final class ClPool {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int ATTEMPTS = 8;

  private final cl_context context;
  private final String device;
  private final long limit;
  private final long largest;
  private final Map<Long, Deque<Block>> idle = new HashMap<>();
  private long used;
  private long cached;
  private int buffers;
  private long usedAfterCollection;

  /**
   * @param limit how many bytes may be held altogether
   * @param largest the greatest number of bytes in one buffer
   */
  ClPool(cl_context context, String device, long limit, long largest) {
    this.context = context;
    this.device = device;
    this.limit = limit;
    this.largest = largest;
  }

  /** A driver's memory object; whoever closes it last finds it closed. */
  static final class Block {
    final cl_mem memory;
    final long bytes;

    Block(cl_mem memory, long bytes) {
      this.memory = memory;
      this.bytes = bytes;
    }
  }

  /** One use of a block, from its buffer's making to its end, of which there is exactly one. */
  static final class Lease implements Runnable {
    private final ClPool pool;
    private final Block block;
    private final AtomicBoolean ended = new AtomicBoolean();

    Lease(ClPool pool, Block block) {
      this.pool = pool;
      this.block = block;
    }

    @Override
    public void run() {
      if (ended.compareAndSet(false, true)) {
        pool.takeBack(block);
      }
    }

    boolean isEnded() {
      return ended.get();
    }
  }

  Lease lease(Block block) {
    return new Lease(this, block);
  }

  /** Ends the lease when {@code owner} is found unreachable, unless it has ended before. */
  static Cleaner.Cleanable watch(Object owner, Lease lease) {
    return CLEANER.register(owner, lease);
  }

  /**
   * A block of at least {@code bytes} bytes, contents unspecified.
   *
   * @throws DeviceException if that would exceed the limit, also after a garbage collection
   */
  Block take(long bytes) {
    long size = sizeClass(bytes);
    if (size > largest) {
      throw new DeviceException(
          String.format(
              "opencl: a buffer of %s is more than %s gives in one piece (%s); use smaller batches",
              ClErrors.size(bytes), device, ClErrors.size(largest)));
    }
    collectIfGrown(size);
    for (int attempt = 0; ; attempt++) {
      Block block = tryTake(size);
      if (block != null) {
        return block;
      }
      if (attempt == ATTEMPTS) {
        throw exhausted(bytes);
      }
      collect(attempt);
    }
  }

  private synchronized Block tryTake(long size) {
    Deque<Block> same = idle.get(size);
    Block block = same == null ? null : same.poll();
    if (block != null) {
      cached -= size;
    } else {
      if (used + cached + size > limit) {
        releaseIdle();
      }
      if (used + size > limit) {
        return null;
      }
      block = create(size);
      if (block == null) {
        releaseIdle();
        block = create(size);
      }
      if (block == null) {
        return null;
      }
    }
    used += size;
    buffers++;
    return block;
  }

  /** Null where the driver has no memory left. */
  private Block create(long size) {
    try {
      return new Block(CL.clCreateBuffer(context, CL.CL_MEM_READ_WRITE, size, null, null), size);
    } catch (CLException e) {
      if (e.getStatus() == CL.CL_MEM_OBJECT_ALLOCATION_FAILURE
          || e.getStatus() == CL.CL_OUT_OF_RESOURCES
          || e.getStatus() == CL.CL_OUT_OF_HOST_MEMORY) {
        return null;
      }
      throw ClErrors.of("a buffer of " + ClErrors.size(size) + " on " + device, e);
    }
  }

  private synchronized void takeBack(Block block) {
    used -= block.bytes;
    buffers--;
    cached += block.bytes;
    idle.computeIfAbsent(block.bytes, s -> new ArrayDeque<>()).push(block);
    notifyAll();
  }

  private void releaseIdle() {
    idle.values().forEach(blocks -> blocks.forEach(b -> CL.clReleaseMemObject(b.memory)));
    idle.clear();
    cached = 0;
  }

  /**
   * The Java heap does not feel what its small buffer objects hold on the device. So a collection
   * is asked for whenever twice as much is used as was left by the last one, from a quarter of the
   * limit on.
   */
  private void collectIfGrown(long size) {
    boolean grown;
    synchronized (this) {
      grown = used + size > Math.max(limit / 4, 2 * usedAfterCollection);
    }
    if (grown) {
      collect(0);
      synchronized (this) {
        usedAfterCollection = used;
      }
    }
  }

  /** Cleaners run on a thread of their own after a collection: waits while they give back. */
  private void collect(int attempt) {
    System.gc();
    long pause = 2L << attempt;
    synchronized (this) {
      long before;
      do {
        before = used;
        try {
          wait(pause);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      } while (used < before);
    }
  }

  private DeviceException exhausted(long bytes) {
    synchronized (this) {
      return new DeviceException(
          String.format(
              "opencl: out of device memory on %s: asked for %s; %d buffers hold %s of %s that may"
                  + " be used; use smaller batches or Autograd.noGrad, or raise"
                  + " -Dgraft.opencl.memory=BYTES",
              device, ClErrors.size(bytes), buffers, ClErrors.size(used), ClErrors.size(limit)));
    }
  }

  /** Powers of two up to 64 KiB, then eighths of them: at most an eighth is lost. */
  static long sizeClass(long bytes) {
    long least = Math.max(bytes, 256);
    long power = Long.highestOneBit(least);
    if (power == least) {
      return least;
    }
    if (least < 1 << 16) {
      return power << 1;
    }
    long step = power >> 3;
    return (least + step - 1) / step * step;
  }

  /** Bytes in buffers that live. */
  synchronized long used() {
    return used;
  }

  /** Bytes that wait to be used again. */
  synchronized long cached() {
    return cached;
  }
}
