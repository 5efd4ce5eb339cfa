package dev.graft.data;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;

/** A change to one decoded example, such as a random crop. Used by several threads at once. */
@FunctionalInterface
public interface Transform {
  /**
   * The changed example, row-major; {@code x} itself may be changed and returned.
   *
   * @param shape the shape of {@code x}
   * @param rng this example's own random numbers
   */
  float[] apply(float[] x, Shape shape, Rng rng);

  /**
   * The shape that comes out where {@code in} goes in.
   *
   * @throws IllegalArgumentException if the transform cannot be applied to such examples
   */
  default Shape outputShape(Shape in) {
    return in;
  }
}
