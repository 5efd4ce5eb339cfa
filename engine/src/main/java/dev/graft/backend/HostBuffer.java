package dev.graft.backend;

/** A buffer that is a Java array: what every backend that computes on the CPU uses. */
public record HostBuffer(float[] array, Backend backend) implements Buffer {
  @Override
  public int length() {
    return array.length;
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
