package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;

/** {@code y = x·weightᵀ + bias} for x [.., in]; weight [out, in], bias [out]. */
public final class Linear extends Layer {
  private final Tensor weight;
  private final Tensor bias;

  public Linear(int in, int out, Rng rng) {
    this(in, out, true, rng);
  }

  public Linear(int in, int out, boolean withBias, Rng rng) {
    weight = param("weight", Init.fanInUniform(rng, in, out, in));
    bias = withBias ? param("bias", Init.fanInUniform(rng, in, out)) : null;
  }

  public Tensor weight() {
    return weight;
  }

  /** The bias [out], or null. */
  public Tensor bias() {
    return bias;
  }

  public int inFeatures() {
    return weight.dim(1);
  }

  public int outFeatures() {
    return weight.dim(0);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.linear(x, weight, bias);
  }

  @Override
  protected String describe() {
    return inFeatures() + ", " + outFeatures() + (bias == null ? ", no bias" : "");
  }
}
