package dev.graft.nn;

import dev.graft.op.ConvParams;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;

/**
 * 2-D convolution of x [n, in, h, w]; weight [out, in/groups, kh, kw], bias [out]. {@code new
 * Conv2d(3, 64, 3, ConvParams.DEFAULT.withPadding(1), Rng.of(1))}
 */
public final class Conv2d extends Layer {
  private final Tensor weight;
  private final Tensor bias;
  private final ConvParams params;

  public Conv2d(int in, int out, int kernel, Rng rng) {
    this(in, out, kernel, ConvParams.DEFAULT, rng);
  }

  public Conv2d(int in, int out, int kernel, ConvParams params, Rng rng) {
    this(initial(in, out, kernel, params, rng), params, true, rng);
  }

  /**
   * @param initialWeight [out, in/groups, kh, kw]
   */
  public Conv2d(Tensor initialWeight, ConvParams params, boolean withBias, Rng rng) {
    this.params = params;
    weight = param("weight", initialWeight);
    int fanIn = weight.dim(1) * weight.dim(2) * weight.dim(3);
    bias = withBias ? param("bias", Init.fanInUniform(rng, fanIn, weight.dim(0))) : null;
  }

  private static Tensor initial(int in, int out, int kernel, ConvParams params, Rng rng) {
    if (in % params.groups() != 0 || out % params.groups() != 0) {
      throw new IllegalArgumentException(
          String.format(
              "conv2d: channels do not divide into groups: in %d, out %d, groups %d",
              in, out, params.groups()));
    }
    int perGroup = in / params.groups();
    return Init.fanInUniform(rng, perGroup * kernel * kernel, out, perGroup, kernel, kernel);
  }

  public Tensor weight() {
    return weight;
  }

  /** The bias [out], or null. */
  public Tensor bias() {
    return bias;
  }

  public ConvParams params() {
    return params;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.conv2d(x, weight, bias, params);
  }

  @Override
  protected String describe() {
    String kernel = weight.dim(2) + "x" + weight.dim(3);
    int in = weight.dim(1) * params.groups();
    return describe(in, weight.dim(0), kernel, params, "", bias != null);
  }

  static String describe(
      int in, int out, String kernel, ConvParams params, String outputPadding, boolean withBias) {
    StringBuilder text = new StringBuilder();
    text.append(in).append(", ").append(out).append(", kernel ").append(kernel);
    if (params.strideH() != 1 || params.strideW() != 1) {
      text.append(", stride ").append(params.strideH()).append('x').append(params.strideW());
    }
    if (params.padH() != 0 || params.padW() != 0) {
      text.append(", padding ").append(params.padH()).append('x').append(params.padW());
    }
    text.append(outputPadding);
    if (params.dilationH() != 1 || params.dilationW() != 1) {
      text.append(", dilation ").append(params.dilationH()).append('x').append(params.dilationW());
    }
    if (params.groups() != 1) {
      text.append(", groups ").append(params.groups());
    }
    return text.append(withBias ? "" : ", no bias").toString();
  }
}
