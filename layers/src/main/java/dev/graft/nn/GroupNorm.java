package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Tensor;

/**
 * Group normalisation (Wu and He, 2018) of x [n, c, …]: each sample's channels in groups of
 * neighbours; weight and bias [c], eps 1e-5. The same in training and eval mode. {@code new
 * GroupNorm(32, 256)}
 */
public final class GroupNorm extends Layer {
  private static final float EPS = 1e-5f;

  private final int groups;
  private final int channels;
  private final float eps;
  private final Tensor weight;
  private final Tensor bias;

  public GroupNorm(int groups, int channels) {
    this(groups, channels, EPS, true);
  }

  /**
   * @param affine whether there are a weight and a bias
   * @throws IllegalArgumentException if the channels do not divide into the groups
   */
  public GroupNorm(int groups, int channels, float eps, boolean affine) {
    if (groups < 1 || channels % groups != 0) {
      throw new IllegalArgumentException(
          String.format("group_norm: %d channels do not divide into %d groups", channels, groups));
    }
    this.groups = groups;
    this.channels = channels;
    this.eps = eps;
    weight = affine ? param("weight", Tensor.ones(channels)) : null;
    bias = affine ? param("bias", Tensor.zeros(channels)) : null;
  }

  /** The weight [c], or null. */
  public Tensor weight() {
    return weight;
  }

  /** The bias [c], or null. */
  public Tensor bias() {
    return bias;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.groupNorm(x, groups, weight, bias, eps);
  }

  @Override
  protected String describe() {
    return groups + ", " + channels + (weight == null ? ", not affine" : "");
  }
}
