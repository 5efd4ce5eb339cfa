package dev.graft.train;

import java.util.List;

/**
 * What came of a training run.
 *
 * @param epochs all epochs, those before a resume among them
 * @param bestEpoch the epoch with the best held-out metric, from 1; 0 without held-out examples
 * @param stoppedEarly whether early stopping ended it
 */
public record History(List<EpochResult> epochs, int bestEpoch, boolean stoppedEarly) {
  /** The last epoch. */
  public EpochResult last() {
    return epochs.getLast();
  }
}
