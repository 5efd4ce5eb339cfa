package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/**
 * Layer normalisation (Ba et al., 2016) over the last dimensions, those of the normalized shape,
 * which weight and bias have too; eps 1e-5. {@code new LayerNorm(768)}
 */
public final class LayerNorm extends Layer {
  private static final float EPS = 1e-5f;

  private final Shape normalizedShape;
  private final float eps;
  private final Tensor weight;
  private final Tensor bias;

  public LayerNorm(int... normalizedShape) {
    this(Shape.of(normalizedShape), EPS, true, true);
  }

  /**
   * @param elementwiseAffine whether there are a weight and a bias
   */
  public LayerNorm(Shape normalizedShape, float eps, boolean elementwiseAffine) {
    this(normalizedShape, eps, elementwiseAffine, elementwiseAffine);
  }

  /**
   * @param withBias whether there is a bias beside the weight
   * @throws IllegalArgumentException if the shape has no dimensions
   */
  public LayerNorm(Shape normalizedShape, float eps, boolean elementwiseAffine, boolean withBias) {
    if (normalizedShape.rank() == 0) {
      throw new IllegalArgumentException(
          "layer_norm: the normalized shape needs at least one dimension");
    }
    this.normalizedShape = normalizedShape;
    this.eps = eps;
    int[] dims = normalizedShape.toArray();
    weight = elementwiseAffine ? param("weight", Tensor.ones(dims)) : null;
    bias = elementwiseAffine && withBias ? param("bias", Tensor.zeros(dims)) : null;
  }

  /** The weight, or null. */
  public Tensor weight() {
    return weight;
  }

  /** The bias, or null. */
  public Tensor bias() {
    return bias;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.layerNorm(x, normalizedShape, weight, bias, eps);
  }

  @Override
  protected String describe() {
    return normalizedShape + (weight == null ? ", not affine" : bias == null ? ", no bias" : "");
  }
}
