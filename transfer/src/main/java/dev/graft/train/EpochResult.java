package dev.graft.train;

import java.util.Arrays;
import java.util.Locale;

/**
 * One epoch's outcome.
 *
 * @param epoch from 1
 * @param step how many steps have been made since the run's beginning
 * @param train on the training batches, as they were trained on
 * @param validation on the held-out examples after the epoch; null without them
 * @param lr the first group's learning rate in the last step
 * @param seconds the time that training took, without validation
 */
public record EpochResult(
    int epoch, int step, Metrics train, Metrics validation, double lr, double seconds) {
  /** Training speed. */
  public double imagesPerSecond() {
    return train.examples() / seconds;
  }

  /** One line that {@link #parse} reads; the confusion matrix is left out. */
  String toText() {
    return epoch + " " + step + " " + lr + " " + seconds + text(train) + text(validation);
  }

  private static String text(Metrics m) {
    return m == null
        ? ""
        : " " + m.examples() + " " + m.loss() + " " + m.accuracy() + " " + m.top5();
  }

  /**
   * @throws RuntimeException if it is not what {@link #toText} wrote
   */
  static EpochResult parse(String line) {
    String[] f = line.split(" ");
    return new EpochResult(
        Integer.parseInt(f[0]),
        Integer.parseInt(f[1]),
        metrics(Arrays.copyOfRange(f, 4, 8)),
        f.length == 8 ? null : metrics(Arrays.copyOfRange(f, 8, 12)),
        Double.parseDouble(f[2]),
        Double.parseDouble(f[3]));
  }

  private static Metrics metrics(String[] f) {
    return new Metrics(
        Long.parseLong(f[0]),
        Double.parseDouble(f[1]),
        Double.parseDouble(f[2]),
        Double.parseDouble(f[3]),
        null);
  }

  /** One line for people. */
  @Override
  public String toString() {
    String text =
        String.format(Locale.ROOT, "epoch %d  %s  %,.0f images/s", epoch, train, imagesPerSecond());
    return validation == null ? text : text + "  held out: " + validation;
  }
}
