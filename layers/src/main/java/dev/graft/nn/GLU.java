package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** The first half along a dimension times the sigmoid of the second (Dauphin et al., 2017). */
public final class GLU extends Layer {
  private final int dim;

  /** With the last dimension. */
  public GLU() {
    this(-1);
  }

  public GLU(int dim) {
    this.dim = dim;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.glu(dim);
  }

  @Override
  protected String describe() {
    return "dim " + dim;
  }
}
