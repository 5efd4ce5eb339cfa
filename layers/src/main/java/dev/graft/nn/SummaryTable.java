package dev.graft.nn;

import dev.graft.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A {@link Summary} as text: numbers to the right, names to the left. */
final class SummaryTable {
  private static final int TEXT_COLUMNS = 2;

  private SummaryTable() {}

  static String format(Summary summary, String model, Shape input) {
    List<String[]> lines = new ArrayList<>();
    lines.add(new String[] {"layer", "output", "parameters", "multiply-adds", "activations"});
    for (Summary.Row row : summary.rows()) {
      lines.add(
          new String[] {
            "  ".repeat(row.depth())
                + (row.name().isEmpty() ? "" : "(" + row.name() + ") ")
                + row.type(),
            row.output() == null ? "not run" : row.output().toString(),
            count(row.parameters()),
            count(row.multiplyAdds()),
            row.activationBytes() == 0 ? "-" : bytes(row.activationBytes())
          });
    }
    lines.add(
        new String[] {
          "total",
          "",
          count(summary.parameters()),
          count(summary.multiplyAdds()),
          bytes(summary.activationBytes())
        });
    return head(summary, model, input) + "\n\n" + aligned(lines);
  }

  private static String head(Summary summary, String model, Shape input) {
    long frozen = summary.parameters() - summary.trainable();
    return String.format(
        Locale.ROOT,
        "%s on %s: %,d parameters%s, %s multiply-adds, %s of activations",
        model,
        input,
        summary.parameters(),
        frozen == 0 ? "" : String.format(Locale.ROOT, " (%,d trainable)", summary.trainable()),
        rounded(summary.multiplyAdds()),
        bytes(summary.activationBytes()));
  }

  private static String aligned(List<String[]> lines) {
    int[] widths = new int[lines.getFirst().length];
    for (String[] line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line[i].length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (String[] line : lines) {
      out.append(out.isEmpty() ? "" : "\n");
      for (int i = 0; i < widths.length; i++) {
        String space = " ".repeat(widths[i] - line[i].length());
        out.append(i == 0 ? "" : "  ").append(i < TEXT_COLUMNS ? line[i] + space : space + line[i]);
      }
    }
    return out.toString();
  }

  private static String count(long n) {
    return n == 0 ? "-" : String.format(Locale.ROOT, "%,d", n);
  }

  /** Three digits or more and a unit: {@code 1.81 G}. */
  private static String rounded(long n) {
    String[] units = {"", " k", " M", " G", " T"};
    double value = n;
    int unit = 0;
    while (value >= 999.5 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    String digits = unit == 0 ? "%.0f" : value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, digits, value) + units[unit];
  }

  private static String bytes(long n) {
    String text = rounded(n);
    return text.indexOf(' ') < 0 ? text + " B" : text + "B";
  }
}
