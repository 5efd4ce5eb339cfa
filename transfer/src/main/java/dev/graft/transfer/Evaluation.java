package dev.graft.transfer;

import java.util.List;
import java.util.Locale;

/** What a classifier got right: {@code confusion[truth][prediction]} counts images. */
public record Evaluation(List<String> classes, int[][] confusion) {
  /** The classes printed as a table at most; more would not fit a terminal. */
  private static final int TABLE = 12;

  private static final int LABEL = 10;

  /** Counts predictions against labels. */
  public static Evaluation of(List<String> classes, int[] labels, int[] predictions) {
    int[][] confusion = new int[classes.size()][classes.size()];
    for (int i = 0; i < labels.length; i++) {
      confusion[labels[i]][predictions[i]]++;
    }
    return new Evaluation(List.copyOf(classes), confusion);
  }

  public int images() {
    int sum = 0;
    for (int[] row : confusion) {
      for (int count : row) {
        sum += count;
      }
    }
    return sum;
  }

  public int correct() {
    int sum = 0;
    for (int c = 0; c < confusion.length; c++) {
      sum += confusion[c][c];
    }
    return sum;
  }

  /** The part that is right, 0 … 1; NaN where there are no images. */
  public double accuracy() {
    return (double) correct() / images();
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT, "accuracy %.2f %% (%,d of %,d)", 100 * accuracy(), correct(), images()));
    if (classes.size() > TABLE) {
      return out.toString();
    }
    out.append(String.format("%n%n%-" + LABEL + "s", "truth"));
    classes.forEach(c -> out.append(String.format(" %" + LABEL + "s", shortened(c))));
    out.append("  <- predicted");
    for (int t = 0; t < confusion.length; t++) {
      out.append(String.format("%n%-" + LABEL + "s", shortened(classes.get(t))));
      for (int count : confusion[t]) {
        out.append(String.format(" %" + LABEL + "d", count));
      }
    }
    return out.toString();
  }

  private static String shortened(String name) {
    return name.length() <= LABEL ? name : name.substring(0, LABEL - 1) + "…";
  }
}
