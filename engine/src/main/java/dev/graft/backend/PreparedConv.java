package dev.graft.backend;

/**
 * A convolution made ready for many runs on one shape: algorithm chosen, weights packed, bias,
 * residual and ReLU fused into its last pass. Immutable; any number of threads may run what they
 * have bound.
 */
public interface PreparedConv {
  /** The algorithm's name, as a plan's table shows it: {@code pointwise}, {@code winograd 4x4}. */
  String algorithm();

  /** Bytes of packed weights that it holds. */
  long weightBytes();

  /** Whether runs read the weight that it was made of; else that may be overwritten now. */
  default boolean readsWeight() {
    return true;
  }

  /** Floats of scratch that a run needs. */
  int scratch();

  /**
   * A run over fixed buffers, which allocates nothing when called: {@code out = relu?(conv(x) +
   * bias + residual?)}.
   *
   * @param x [n, c, h, w], dense, channels last
   * @param residual of out's shape, dense, channels last; null where none was asked for. It may be
   *     out itself.
   * @param out dense, channels last; overlaps x nowhere
   * @param scratch at least {@link #scratch()} floats that no other bound run uses meanwhile
   */
  Runnable bind(View x, View residual, View out, View scratch);
}
