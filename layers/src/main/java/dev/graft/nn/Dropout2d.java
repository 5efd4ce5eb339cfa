package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;

/**
 * In training mode, zeroes whole channels of x [n, c, h, w] with probability p (Tompson et al.,
 * 2015).
 */
public final class Dropout2d extends Layer {
  private final float p;
  private final Rng rng;

  /**
   * @param p the probability of a zero, in [0, 1]
   * @throws IllegalArgumentException if p is outside [0, 1]
   */
  public Dropout2d(float p, Rng rng) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("dropout2d: p must be between 0 and 1: " + p);
    }
    this.p = p;
    this.rng = random("rng", rng);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return isTraining() && p > 0 ? Functional.dropout2d(x, p, rng.nextLong()) : x;
  }

  @Override
  protected String describe() {
    return "p " + p;
  }
}
