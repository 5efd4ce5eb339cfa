package dev.graft.models;

import dev.graft.nn.Conv2d;
import dev.graft.nn.Init;
import dev.graft.op.ConvParams;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;

/** The convolutions of ResNets: square, "same" padding, no bias, He's initialisation. */
final class Convolutions {
  private Convolutions() {}

  static Conv2d conv(int in, int out, int kernel, int stride, Rng rng) {
    return grouped(in, out, kernel, stride, 1, rng);
  }

  static Conv2d grouped(int in, int out, int kernel, int stride, int groups, Rng rng) {
    ConvParams params =
        ConvParams.DEFAULT.withStride(stride).withPadding(kernel / 2).withGroups(groups);
    Tensor weight = Init.kaimingNormalFanOut(rng, out, in / groups, kernel, kernel);
    return new Conv2d(weight, params, false, rng);
  }
}
