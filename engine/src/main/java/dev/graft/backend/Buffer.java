package dev.graft.backend;

/** A run of float32 numbers in a backend's memory. */
public interface Buffer {
  /** The number of floats. */
  int length();

  /** The backend whose kernels compute on this buffer. */
  Backend backend();

  /**
   * The Java array that this buffer is.
   *
   * @throws UnsupportedOperationException if it is none
   */
  default float[] array() {
    throw new UnsupportedOperationException(backend().name() + ": the values lie in no Java array");
  }

  /**
   * How often {@link #changed} was called: whoever has made something of the values, such as packed
   * weights, sees from it that they are others now.
   */
  int changes();

  /** Counts a change; for all who overwrite a tensor that others may hold. */
  void changed();

  /** Copies {@code count} floats from {@code offset} into {@code target}. */
  void read(int offset, float[] target, int targetOffset, int count);

  /** Copies {@code count} floats of {@code source} to {@code offset}. */
  void write(int offset, float[] source, int sourceOffset, int count);
}
