package dev.graft.nn;

import dev.graft.backend.Backends;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/**
 * Initial weights, with PyTorch's distributions. The same seed gives the same weights on every
 * machine. Without a generator (null) they stay zero: for a network whose weights are loaded next.
 */
public final class Init {
  private Init() {}

  /** Uniform within ±bound. */
  public static Tensor uniform(Rng rng, double bound, int... dims) {
    if (rng == null) {
      return zeros(dims);
    }
    float[] data = new float[Shape.of(dims).numel()];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) ((2 * rng.nextDouble() - 1) * bound);
    }
    return Tensor.of(data, dims);
  }

  /**
   * What PyTorch's Linear and Conv2d start from, weights and biases alike: uniform within 1/√fanIn
   * (Kaiming uniform with a = √5).
   */
  public static Tensor fanInUniform(Rng rng, int fanIn, int... dims) {
    return uniform(rng, fanIn == 0 ? 0 : 1 / Math.sqrt(fanIn), dims);
  }

  /** Normal with mean 0 and standard deviation std. */
  public static Tensor normal(Rng rng, double std, int... dims) {
    if (rng == null) {
      return zeros(dims);
    }
    float[] data = new float[Shape.of(dims).numel()];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) (std * rng.nextGaussian());
    }
    return Tensor.of(data, dims);
  }

  /** Without memory until somebody looks: loading puts other memory in their place. */
  private static Tensor zeros(int... dims) {
    Layout layout = Layout.rowMajor(Shape.of(dims));
    return Tensor.of(new View(HostBuffer.zeros(layout.numel(), Backends.cpu()), layout));
  }

  /** Normal with variance 2/fanOut for relu (He et al., 2015): torchvision's ResNets. */
  public static Tensor kaimingNormalFanOut(Rng rng, int... dims) {
    int fanOut = dims[0];
    for (int i = 2; i < dims.length; i++) {
      fanOut *= dims[i];
    }
    return normal(rng, Math.sqrt(2.0 / fanOut), dims);
  }
}
