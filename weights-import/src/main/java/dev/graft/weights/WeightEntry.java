package dev.graft.weights;

import java.util.Arrays;

/**
 * One tensor of a weight file, as the file describes it, before its values are read.
 *
 * @param name the name that it is read under: what all names had in front is already off
 * @param dtype the type of its elements in the file
 * @param shape its dimensions, outermost first; none for a scalar
 */
public record WeightEntry(String name, DType dtype, long[] shape) {
  /** The shape is copied on its way in. */
  public WeightEntry {
    shape = shape.clone();
  }

  /** A copy of the dimensions. */
  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** The number of elements: 1 for a scalar. */
  public long numel() {
    return Strided.numel(shape);
  }

  /** The number of bytes that the elements take in the file, those of shared storages included. */
  public long bytes() {
    return numel() * dtype.bytes();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WeightEntry that
        && name.equals(that.name)
        && dtype == that.dtype
        && Arrays.equals(shape, that.shape);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(shape);
  }

  @Override
  public String toString() {
    return name + " " + dtype + " " + Arrays.toString(shape);
  }
}
