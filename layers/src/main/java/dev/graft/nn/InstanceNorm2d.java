package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/**
 * Instance normalisation (Ulyanov et al., 2016) of x [n, c, h, w]: each image's channels by
 * themselves, in training and eval mode alike; eps 1e-5, without weight and bias unless asked for.
 */
public final class InstanceNorm2d extends Layer {
  private static final float EPS = 1e-5f;

  private final int channels;
  private final float eps;
  private final Tensor weight;
  private final Tensor bias;

  public InstanceNorm2d(int channels) {
    this(channels, EPS, false);
  }

  /**
   * @param affine whether there are a weight and a bias [c]
   */
  public InstanceNorm2d(int channels, float eps, boolean affine) {
    this.channels = channels;
    this.eps = eps;
    weight = affine ? param("weight", Tensor.ones(channels)) : null;
    bias = affine ? param("bias", Tensor.zeros(channels)) : null;
  }

  @Override
  protected Tensor forward(Tensor x) {
    if (x.rank() != 4 || x.dim(1) != channels) {
      throw ShapeException.of(
          "instance_norm: needs input [n, %d, h, w]: got %s", channels, x.shape());
    }
    return Functional.instanceNorm(x, weight, bias, eps);
  }

  @Override
  protected String describe() {
    return channels + (weight == null ? "" : ", affine");
  }
}
