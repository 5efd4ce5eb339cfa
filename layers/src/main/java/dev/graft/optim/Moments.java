package dev.graft.optim;

/** What the optimisers share that keep running first and second moments of the gradient. */
final class Moments {
  static final String FIRST = "exp_avg";
  static final String SECOND = "exp_avg_sq";

  private Moments() {}

  static void check(String name, float beta1, float beta2, float eps) {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && eps >= 0)) {
      throw new IllegalArgumentException(
          String.format(
              "%s: betas must be in [0, 1) and eps not negative: betas [%s, %s], eps %s",
              name, beta1, beta2, eps));
    }
  }
}
