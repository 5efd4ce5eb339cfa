package dev.graft.plan;

import dev.graft.backend.Backend;
import dev.graft.plan.InferencePlan.Row;
import dev.graft.plan.InferencePlan.Timing;
import dev.graft.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plan as people read it: one line a step, totals below. */
final class PlanTable {
  private static final String[] HEAD = {
    "", "step", "layer", "output", "algorithm", "ms", "GFLOP/s", "MB"
  };

  private PlanTable() {}

  static List<Row> rows(Shape input, Lowering.Result plan, int parts, Timing timing) {
    List<Row> rows = new ArrayList<>();
    double first = timing == null ? Double.NaN : timing.ms()[0];
    boolean last = plan.input().layout().isChannelsLast() && !plan.input().layout().isRowMajor();
    long moved = 2L * Float.BYTES * input.numel();
    rows.add(new Row("input", "", input, last ? "channels last" : "copy", 0, moved, first));
    for (int i = 0; i < plan.steps().size(); i++) {
      Step s = plan.steps().get(i);
      double ms = timing == null ? Double.NaN : timing.ms()[i + 1];
      rows.add(
          new Row(
              s.name(),
              s.path(),
              parts == 1 ? s.shape() : s.shape().with(0, input.dim(0)),
              s.algorithm(),
              parts * s.multiplyAdds(),
              parts * s.bytes(),
              ms));
    }
    return rows;
  }

  static String format(InferencePlan plan, Backend backend, Timing timing) {
    List<Row> rows = plan.steps();
    List<String[]> cells = new ArrayList<>();
    cells.add(HEAD);
    for (int i = 0; i < rows.size(); i++) {
      Row r = rows.get(i);
      cells.add(
          cells(
              Integer.toString(i),
              r.name(),
              r.path(),
              r.shape().toString(),
              r.algorithm(),
              r.ms(),
              r.multiplyAdds(),
              r.bytes()));
    }
    long macs = rows.stream().mapToLong(Row::multiplyAdds).sum();
    long bytes = rows.stream().mapToLong(Row::bytes).sum();
    double total = timing == null ? Double.NaN : timing.total();
    cells.add(cells("", "total", "", "", "", total, macs, bytes));
    StringBuilder out = new StringBuilder("InferencePlan ");
    out.append(plan.inputShape()).append(" -> ").append(plan.outputShape());
    out.append(" on ").append(timing == null ? backend.name() : timing.machine()).append('\n');
    grid(cells, out);
    if (plan.parts() > 1) {
      out.append("batch in ").append(plan.parts()).append(" parts, ");
    }
    out.append(megabytes(macs / 1e6, "M multiply-adds, "));
    out.append(megabytes(plan.arenaBytes() / 1e6, "MB arena, "));
    out.append(
        timing == null
            ? "not timed yet: profile(x, runs)"
            : "median of " + timing.runs() + (timing.runs() == 1 ? " run" : " runs"));
    return out.toString();
  }

  private static String[] cells(
      String number,
      String name,
      String path,
      String shape,
      String algorithm,
      double ms,
      long macs,
      long bytes) {
    boolean timed = !Double.isNaN(ms);
    return new String[] {
      number,
      name,
      path,
      shape,
      algorithm,
      timed ? String.format(Locale.ROOT, "%.3f", ms) : "-",
      timed && macs > 0 ? String.format(Locale.ROOT, "%.0f", 2 * macs / (ms * 1e6)) : "-",
      String.format(Locale.ROOT, "%.2f", bytes / 1e6)
    };
  }

  private static String megabytes(double value, String unit) {
    return String.format(Locale.ROOT, value < 100 ? "%.1f %s" : "%,.0f %s", value, unit);
  }

  /** Words to the left, numbers to the right; a rule below the head and above the total. */
  private static void grid(List<String[]> cells, StringBuilder out) {
    int[] width = new int[HEAD.length];
    for (String[] row : cells) {
      for (int i = 0; i < row.length; i++) {
        width[i] = Math.max(width[i], row[i].length());
      }
    }
    int all = 2 * (width.length - 1);
    for (int w : width) {
      all += w;
    }
    String rule = "-".repeat(all) + "\n";
    for (int r = 0; r < cells.size(); r++) {
      if (r == 1 || r == cells.size() - 1) {
        out.append(rule);
      }
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < width.length; i++) {
        boolean number = i == 0 || i >= 5;
        line.append(i == 0 ? "" : "  ");
        line.append(String.format("%" + (number ? "" : "-") + width[i] + "s", cells.get(r)[i]));
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
  }
}
