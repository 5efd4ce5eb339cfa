package dev.graft.nn;

import dev.graft.op.PoolParams;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Tensor;

/** Maximum over windows of x [n, c, h, w]. */
public final class MaxPool2d extends Layer {
  private final PoolParams params;

  /** A square window that moves by its own size. */
  public MaxPool2d(int kernel) {
    this(PoolParams.of(kernel));
  }

  public MaxPool2d(PoolParams params) {
    this.params = params;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.maxPool2d(x, params);
  }

  @Override
  protected String describe() {
    String text = "kernel " + params.kernelH() + 'x' + params.kernelW();
    return text + ", stride " + params.strideH() + 'x' + params.strideW();
  }
}
