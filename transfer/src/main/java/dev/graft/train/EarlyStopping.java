package dev.graft.train;

/**
 * Ends training when the held-out metric has not improved for {@code patience} epochs (Prechelt,
 * 1998); the network gets the best epoch's weights back.
 *
 * @param monitor which metric
 * @param patience after how many epochs without improvement to stop, at least 1
 * @param minDelta by how much a metric must be better to count as improved
 */
public record EarlyStopping(Monitor monitor, int patience, double minDelta) {
  /** A held-out metric. */
  public enum Monitor {
    /** The lower the better. */
    LOSS,
    /** The higher the better. */
    ACCURACY;

    double of(Metrics metrics) {
      return this == LOSS ? metrics.loss() : metrics.accuracy();
    }

    /** A NaN is never better, and everything is better than one. */
    boolean isBetter(double value, double best, double minDelta) {
      if (Double.isNaN(best)) {
        return !Double.isNaN(value);
      }
      return this == LOSS ? value < best - minDelta : value > best + minDelta;
    }
  }

  /**
   * @throws IllegalArgumentException if patience is below 1 or minDelta negative
   */
  public EarlyStopping {
    if (patience < 1 || !(minDelta >= 0)) {
      throw new IllegalArgumentException(
          "early_stopping: needs patience >= 1 and minDelta >= 0: %d, %s"
              .formatted(patience, minDelta));
    }
  }

  /** On the held-out loss. */
  public static EarlyStopping onLoss(int patience) {
    return new EarlyStopping(Monitor.LOSS, patience, 0);
  }

  /** On the held-out accuracy. */
  public static EarlyStopping onAccuracy(int patience) {
    return new EarlyStopping(Monitor.ACCURACY, patience, 0);
  }
}
