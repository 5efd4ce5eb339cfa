package dev.graft.train;

import dev.graft.transfer.Evaluation;
import java.util.Locale;

/**
 * How well a network did on some examples.
 *
 * @param examples how many
 * @param loss the mean loss
 * @param accuracy the part whose most probable class is right, 0 … 1
 * @param top5 the part whose class is among the five most probable, 0 … 1
 * @param evaluation the confusion matrix; null for metrics gathered while training
 */
public record Metrics(
    long examples, double loss, double accuracy, double top5, Evaluation evaluation) {
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "loss %.4f, accuracy %.2f %%", loss, 100 * accuracy);
  }
}
