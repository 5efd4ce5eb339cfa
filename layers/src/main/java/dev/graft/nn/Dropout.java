package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;

/**
 * In training mode, zeroes elements with probability p and scales the others by 1/(1−p) (Srivastava
 * et al., 2014).
 */
public final class Dropout extends Layer {
  private final float p;
  private final Rng rng;

  /**
   * @param p the probability of a zero, in [0, 1]
   * @throws IllegalArgumentException if p is outside [0, 1]
   */
  public Dropout(float p, Rng rng) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("dropout: p must be between 0 and 1: " + p);
    }
    this.p = p;
    this.rng = random("rng", rng);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return isTraining() && p > 0 ? Functional.dropout(x, p, rng.nextLong()) : x;
  }

  @Override
  protected String describe() {
    return "p " + p;
  }
}
