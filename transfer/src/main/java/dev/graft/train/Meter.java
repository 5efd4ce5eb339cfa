package dev.graft.train;

import dev.graft.tensor.Tensor;
import dev.graft.transfer.Evaluation;
import java.util.List;

/** Sums over batches what {@link Metrics} are made of. */
final class Meter {
  private static final int TOP = 5;

  private double lossSum;
  private long examples;
  private long correct;
  private long top;
  private final int[][] confusion;
  private final List<String> classes;

  /** Without a confusion matrix. */
  Meter() {
    this.classes = List.of();
    this.confusion = null;
  }

  /** With a confusion matrix of these classes. */
  Meter(List<String> classes) {
    this.classes = classes;
    this.confusion = new int[classes.size()][classes.size()];
  }

  /**
   * Adds a batch.
   *
   * @param output scores [n, classes]
   * @param labels the class of each row; negative ones do not count
   */
  void add(Tensor output, int[] labels, double loss) {
    int columns = output.dim(1);
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
    correct += best == label ? 1 : 0;
    top += higher < TOP ? 1 : 0;
    if (confusion != null && best < confusion.length) {
      confusion[label][best]++;
    }
  }

  long examples() {
    return examples;
  }

  double meanLoss() {
    return lossSum / examples;
  }

  Metrics metrics() {
    double n = examples;
    Evaluation evaluation = confusion == null ? null : new Evaluation(classes, confusion);
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
