package dev.graft.train;

import dev.graft.tensor.Tensor;
import dev.graft.transfer.Evaluation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Sums over batches what {@link Metrics} are made of. */
final class Meter {
  private static final int TOP = 5;

  private double lossSum;
  private long examples;
  private long correct;
  private long top;

  /** Null where no confusion matrix is wanted. */
  private final List<String> classes;

  private int[][] confusion;

  /** Without a confusion matrix. */
  Meter() {
    this.classes = null;
  }

  /** With a confusion matrix of these classes. */
  Meter(List<String> classes) {
    this.classes = new ArrayList<>(classes);
  }

  /**
   * Adds a batch.
   *
   * @param output scores [n, classes]
   * @param labels the class of each row; negative ones do not count
   */
  void add(Tensor output, int[] labels, double loss) {
    int columns = output.dim(1);
    if (classes != null && confusion == null) {
      // A network may have more outputs than the data have classes, and predict those.
      for (int c = classes.size(); c < columns; c++) {
        classes.add(Integer.toString(c));
      }
      confusion = new int[classes.size()][classes.size()];
    }
    float[] scores = output.toArray();
    int counted = 0;
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] >= 0) {
        counted++;
        addRow(scores, row * columns, columns, labels[row]);
      }
    }
    examples += counted;
    lossSum += loss * counted;
  }

  private void addRow(float[] scores, int from, int columns, int label) {
    float own = scores[from + label];
    int best = 0;
    int higher = 0;
    for (int c = 0; c < columns; c++) {
      best = scores[from + c] > scores[from + best] ? c : best;
      higher += scores[from + c] > own ? 1 : 0;
    }
    boolean known = !Float.isNaN(own);
    correct += known && best == label ? 1 : 0;
    top += known && higher < TOP ? 1 : 0;
    if (confusion != null) {
      confusion[label][best]++;
    }
  }

  /** For the progress bar, which shows the time left itself; 80 columns have no room for more. */
  String note(double seconds) {
    return String.format(
        Locale.ROOT, "loss %.4f, %,.0f images/s", lossSum / examples, examples / seconds);
  }

  Metrics metrics() {
    double n = examples;
    Evaluation evaluation =
        confusion == null ? null : new Evaluation(List.copyOf(classes), confusion);
    return new Metrics(examples, lossSum / n, correct / n, top / n, evaluation);
  }

  /** One word that {@link #restore} reads. */
  String state() {
    return lossSum + ":" + examples + ":" + correct + ":" + top;
  }

  /**
   * Goes on from what {@link #state} gave.
   *
   * @throws RuntimeException if it is something else
   */
  void restore(String state) {
    String[] parts = state.split(":");
    lossSum = Double.parseDouble(parts[0]);
    examples = Long.parseLong(parts[1]);
    correct = Long.parseLong(parts[2]);
    top = Long.parseLong(parts[3]);
  }
}
