package dev.graft.backend;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/** A buffer that is a Java array: what every backend that computes on the CPU uses. */
public final class HostBuffer implements Buffer {
  private static final AtomicIntegerFieldUpdater<HostBuffer> CHANGES =
      AtomicIntegerFieldUpdater.newUpdater(HostBuffer.class, "changes");

  private final float[] array;
  private final Backend backend;
  private volatile int changes;

  public HostBuffer(float[] array, Backend backend) {
    this.array = array;
    this.backend = backend;
  }

  @Override
  public float[] array() {
    return array;
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public int length() {
    return array.length;
  }

  @Override
  public int changes() {
    return changes;
  }

  @Override
  public void changed() {
    CHANGES.incrementAndGet(this);
  }

  @Override
  public void read(int offset, float[] target, int targetOffset, int count) {
    System.arraycopy(array, offset, target, targetOffset, count);
  }

  @Override
  public void write(int offset, float[] source, int sourceOffset, int count) {
    System.arraycopy(source, sourceOffset, array, offset, count);
  }
}
