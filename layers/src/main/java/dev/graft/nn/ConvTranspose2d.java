package dev.graft.nn;

import dev.graft.op.ConvParams;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;

/**
 * Transposed 2-D convolution (Zeiler et al., 2010) of x [n, in, h, w]; weight [in, out/groups, kh,
 * kw], bias [out]. {@code new ConvTranspose2d(64, 32, 2, ConvParams.DEFAULT.withStride(2),
 * Rng.of(1))} doubles rows and columns.
 */
public final class ConvTranspose2d extends Layer {
  private final Tensor weight;
  private final Tensor bias;
  private final dev.graft.op.ConvTranspose2d op;

  public ConvTranspose2d(int in, int out, int kernel, Rng rng) {
    this(in, out, kernel, ConvParams.DEFAULT, rng);
  }

  public ConvTranspose2d(int in, int out, int kernel, ConvParams params, Rng rng) {
    this(in, out, kernel, params, 0, rng);
  }

  /**
   * @param outputPadding rows added at the bottom and columns on the right, fewer than the stride
   *     or the dilation
   */
  public ConvTranspose2d(
      int in, int out, int kernel, ConvParams params, int outputPadding, Rng rng) {
    this(initial(in, out, kernel, params, rng), params, outputPadding, outputPadding, true, rng);
  }

  /**
   * @param initialWeight [in, out/groups, kh, kw]
   * @throws IllegalArgumentException if an output padding is neither below the stride nor below the
   *     dilation
   */
  public ConvTranspose2d(
      Tensor initialWeight,
      ConvParams params,
      int outputPadH,
      int outputPadW,
      boolean withBias,
      Rng rng) {
    op = new dev.graft.op.ConvTranspose2d(params, outputPadH, outputPadW);
    weight = param("weight", initialWeight);
    // PyTorch counts the same fan for both: that of the second dimension, which is an output's.
    int fanIn = weight.dim(1) * weight.dim(2) * weight.dim(3);
    int out = weight.dim(1) * params.groups();
    bias = withBias ? param("bias", Init.fanInUniform(rng, fanIn, out)) : null;
  }

  private static Tensor initial(int in, int out, int kernel, ConvParams params, Rng rng) {
    if (in % params.groups() != 0 || out % params.groups() != 0) {
      throw new IllegalArgumentException(
          String.format(
              "conv_transpose2d: channels do not divide into groups: in %d, out %d, groups %d",
              in, out, params.groups()));
    }
    int perGroup = out / params.groups();
    return Init.fanInUniform(rng, perGroup * kernel * kernel, in, perGroup, kernel, kernel);
  }

  public Tensor weight() {
    return weight;
  }

  /** The bias [out], or null. */
  public Tensor bias() {
    return bias;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.convTranspose2d(
        x, weight, bias, op.params(), op.outputPadH(), op.outputPadW());
  }

  @Override
  protected String describe() {
    int out = weight.dim(1) * op.params().groups();
    String kernel = weight.dim(2) + "x" + weight.dim(3);
    String extra =
        op.outputPadH() == 0 && op.outputPadW() == 0
            ? ""
            : ", output padding " + op.outputPadH() + 'x' + op.outputPadW();
    return Conv2d.describe(weight.dim(0), out, kernel, op.params(), extra, bias != null);
  }
}
