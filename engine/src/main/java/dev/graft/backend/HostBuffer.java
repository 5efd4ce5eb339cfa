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
  private volatile Source source;

  /** Where values lie that are not in memory yet. */
  @FunctionalInterface
  public interface Source {
    /** Copies {@code count} values from number {@code first} on. */
    void read(int first, float[] target, int at, int count);
  }

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

  /**
   * Values that come into memory when somebody first asks for the array. {@link #read} copies them
   * without that, so what packs weights need not hold them twice.
   */
  public static HostBuffer deferred(int length, Backend backend, Source source) {
    HostBuffer buffer = new HostBuffer(length, backend);
    buffer.source = source;
    return buffer;
  }

  /** Whether the values are still where they came from. */
  public boolean isDeferred() {
    return source != null;
  }

  @Override
  public float[] array() {
    float[] values = array;
    return values != null ? values : made();
  }

  private synchronized float[] made() {
    if (untouched) {
      float[] made = new float[length];
      if (source != null) {
        source.read(0, made, 0, length);
      }
      untouched = false;
      array = made;
      source = null;
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
    source = null;
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
    Source from = source;
    if (from == null) {
      System.arraycopy(array(), offset, target, targetOffset, count);
    } else {
      from.read(offset, target, targetOffset, count);
    }
  }

  @Override
  public void write(int offset, float[] source, int sourceOffset, int count) {
    System.arraycopy(source, sourceOffset, array(), offset, count);
  }
}
