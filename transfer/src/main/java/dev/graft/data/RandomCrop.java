package dev.graft.data;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;

/**
 * A random part of size×size of an image [c, h, w] with {@code padding} zeros on every side, as
 * torchvision's RandomCrop.
 */
public record RandomCrop(int size, int padding) implements Transform {
  /**
   * @throws IllegalArgumentException if size is below 1 or padding negative
   */
  public RandomCrop {
    if (size < 1 || padding < 0) {
      throw new IllegalArgumentException(
          "random_crop: needs size >= 1 and padding >= 0: size %d, padding %d"
              .formatted(size, padding));
    }
  }

  /** Without padding. */
  public RandomCrop(int size) {
    this(size, 0);
  }

  @Override
  public Shape outputShape(Shape in) {
    if (in.rank() != 3 || in.dim(1) + 2 * padding < size || in.dim(2) + 2 * padding < size) {
      throw new IllegalArgumentException(
          "random_crop: cannot cut %dx%d out of examples %s with padding %d"
              .formatted(size, size, in, padding));
    }
    return Shape.of(in.dim(0), size, size);
  }

  @Override
  public float[] apply(float[] x, Shape shape, Rng rng) {
    int h = shape.dim(1);
    int w = shape.dim(2);
    int top = rng.nextInt(h + 2 * padding - size + 1) - padding;
    int left = rng.nextInt(w + 2 * padding - size + 1) - padding;
    int from = Math.max(left, 0);
    int count = Math.max(0, Math.min(left + size, w) - from);
    float[] out = new float[shape.dim(0) * size * size];
    for (int c = 0; c < shape.dim(0); c++) {
      for (int y = Math.max(top, 0); y < Math.min(top + size, h); y++) {
        int to = (c * size + y - top) * size + from - left;
        System.arraycopy(x, (c * h + y) * w + from, out, to, count);
      }
    }
    return out;
  }
}
