package dev.graft.data;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;

/** Mirrors an image [c, h, w] left to right with probability p, as torchvision's. */
public record RandomHorizontalFlip(float p) implements Transform {
  /**
   * @throws IllegalArgumentException if p is outside [0, 1]
   */
  public RandomHorizontalFlip {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("random_horizontal_flip: p must be between 0 and 1: " + p);
    }
  }

  /** Every second image. */
  public RandomHorizontalFlip() {
    this(0.5f);
  }

  @Override
  public float[] apply(float[] x, Shape shape, Rng rng) {
    if (rng.nextFloat() >= p) {
      return x;
    }
    int w = shape.dim(-1);
    for (int row = 0; row < x.length; row += w) {
      for (int i = 0, j = w - 1; i < j; i++, j--) {
        float left = x[row + i];
        x[row + i] = x[row + j];
        x[row + j] = left;
      }
    }
    return x;
  }
}
