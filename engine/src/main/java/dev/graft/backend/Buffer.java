package dev.graft.backend;

/** A run of float32 numbers in a backend's memory. */
public interface Buffer {
  /** The number of floats. */
  int length();

  /** The backend whose kernels compute on this buffer. */
  Backend backend();

  /** Copies {@code count} floats from {@code offset} into {@code target}. */
  void read(int offset, float[] target, int targetOffset, int count);

  /** Copies {@code count} floats of {@code source} to {@code offset}. */
  void write(int offset, float[] source, int sourceOffset, int count);
}
