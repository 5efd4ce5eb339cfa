package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.Arrays;

/**
 * A table of vectors looked up by index: weight [num, dim], standard normal at first. {@code new
 * Embedding(1000, 64, Rng.of(1)).apply(new int[] {7, 7, 2, 0}, 2, 2)} is [2, 2, 64].
 */
public final class Embedding extends Layer {
  private final Tensor weight;
  private final Integer paddingIdx;

  public Embedding(int num, int dim, Rng rng) {
    weight = param("weight", Init.normal(rng, 1, num, dim));
    paddingIdx = null;
  }

  /**
   * @param paddingIdx the row that starts at zero and is not trained; a negative one counts from
   *     the end
   * @throws IllegalArgumentException if there is no such row
   */
  public Embedding(int num, int dim, int paddingIdx, Rng rng) {
    if (paddingIdx < -num || paddingIdx >= num) {
      throw new IllegalArgumentException(
          String.format(
              "embedding: padding index %d is out of range: there are %d rows", paddingIdx, num));
    }
    int row = paddingIdx < 0 ? paddingIdx + num : paddingIdx;
    float[] values = Init.normal(rng, 1, num, dim).toArray();
    Arrays.fill(values, row * dim, (row + 1) * dim, 0);
    weight = param("weight", Tensor.of(values, num, dim));
    this.paddingIdx = row;
  }

  /** The weight [num, dim]. */
  public Tensor weight() {
    return weight;
  }

  /**
   * The vectors of the indices, which are in row-major order of the given shape, as [shape.., dim].
   * No shape at all means a list: [indices, dim].
   *
   * @throws ShapeException if an index is out of range, or the indices do not fill the shape
   */
  public Tensor apply(int[] indices, int... shape) {
    Shape of = shape.length == 0 ? Shape.of(indices.length) : Shape.of(shape);
    return located(() -> look(indices, of));
  }

  private Tensor look(int[] indices, Shape shape) {
    return paddingIdx == null
        ? Functional.embedding(weight, indices, shape)
        : Functional.embedding(weight, indices, shape, paddingIdx);
  }

  /** The vectors of a tensor of whole numbers, so that an embedding can be the first in a row. */
  @Override
  protected Tensor forward(Tensor x) {
    float[] values = x.toArray();
    int[] indices = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      indices[i] = (int) values[i];
      if (indices[i] != values[i]) {
        throw ShapeException.of(
            "embedding: index %s at position %d is not a whole number", values[i], i);
      }
    }
    return look(indices, x.shape());
  }

  @Override
  protected String describe() {
    String table = weight.dim(0) + ", " + weight.dim(1);
    return paddingIdx == null ? table : table + ", padding " + paddingIdx;
  }
}
