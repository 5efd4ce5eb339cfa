package dev.graft.backend;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/** A buffer that is a Java array: what every backend that computes on the CPU uses. */
public final class HostBuffer implements Buffer {
  private static final VarHandle ARRAY = arrayHandle();
  private static final AtomicIntegerFieldUpdater<HostBuffer> CHANGES =
      AtomicIntegerFieldUpdater.newUpdater(HostBuffer.class, "changes");

  private final int length;
  private volatile float[] array;
  private final Backend backend;
  private volatile int changes;
  private boolean untouched;

  public HostBuffer(float[] array, Backend backend) {
    this.array = array;
    this.length = array.length;
    this.backend = backend;
  }

  private HostBuffer(int length, Backend backend) {
    this.length = length;
    this.backend = backend;
    this.untouched = true;
  }

  /** Zeros that take memory only when somebody looks at them: weights that are to be loaded. */
  public static HostBuffer zeros(int length, Backend backend) {
    return new HostBuffer(length, backend);
  }

  @Override
  public float[] array() {
    float[] values = array;
    return values != null ? values : made();
  }

  private synchronized float[] made() {
    if (untouched) {
      untouched = false;
      array = new float[length];
    }
    float[] values = array;
    if (values == null) {
      throw new IllegalStateException(
          "tensor: its values went back at the end of its training step: "
              + length
              + " values; call keep() on what is used after the step, or return it from the step");
    }
    return values;
  }

  /** Takes the array away, for another buffer; null if that was done before. */
  public synchronized float[] takeArray() {
    untouched = false;
    return (float[]) ARRAY.getAndSet(this, null);
  }

  private static VarHandle arrayHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(HostBuffer.class, "array", float[].class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public int length() {
    return length;
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
    System.arraycopy(array(), offset, target, targetOffset, count);
  }

  @Override
  public void write(int offset, float[] source, int sourceOffset, int count) {
    System.arraycopy(source, sourceOffset, array(), offset, count);
  }
}
