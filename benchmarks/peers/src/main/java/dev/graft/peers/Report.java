package dev.graft.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A line of the table as soon as its figures are there, and all figures in a CSV file. The first
 * contender is Graft; the ratios are its figure by the peer's.
 */
final class Report {
  /** What a figure is: its unit, how a measured value becomes one, and its decimals. */
  enum Unit {
    GFLOPS("GFLOP/s", true),
    IMAGES("images/s", true),
    SECONDS("s", false),
    MEGABYTES("MB", false);

    private final String text;
    private final boolean rate;

    Unit(String text, boolean rate) {
      this.text = text;
      this.rate = rate;
    }
  }

  private static final String CSV_HEADER =
      "command,subject,threads,contender,unit,rounds,lower_quartile,median,upper_quartile,graft_ratio";

  private final String command;
  private final Unit unit;
  private final Path csv;
  private final List<String> lines = new ArrayList<>(List.of(CSV_HEADER));
  private final long start = System.nanoTime();
  private List<String> columns = List.of();

  Report(String command, Unit unit, Path csv) {
    this.command = command;
    this.unit = unit;
    this.csv = csv;
  }

  /**
   * Adds the figures of one piece of work.
   *
   * @param amount of the unit in one call, for rates; 1 otherwise
   */
  void add(String subject, int threads, double amount, List<Times> times) {
    List<String> contenders = times.stream().map(Times::contender).toList();
    if (!contenders.equals(columns)) {
      columns = contenders;
      header();
    }
    StringBuilder line = new StringBuilder(String.format("%-28s %7d", subject, threads));
    double graft = figure(times.getFirst(), 0.5, amount);
    for (Times t : times) {
      double median = figure(t, 0.5, amount);
      double low = figure(t, unit.rate ? 0.75 : 0.25, amount);
      double high = figure(t, unit.rate ? 0.25 : 0.75, amount);
      line.append(String.format("  %21s", number(median) + " " + number(low) + "–" + number(high)));
      if (t != times.getFirst()) {
        line.append(String.format(Locale.ROOT, " %6.2f", graft / median));
      }
      lines.add(
          String.format(
              Locale.ROOT,
              "%s,%s,%d,%s,%s,%d,%.6g,%.6g,%.6g,%.4f",
              command,
              subject,
              threads,
              t.contender(),
              unit.text,
              t.values().length,
              low,
              median,
              high,
              graft / median));
    }
    System.out.println(line.toString().stripTrailing());
    System.out.flush();
    save();
  }

  private double figure(Times times, double quantile, double amount) {
    double value = times.quantile(quantile);
    return unit.rate ? amount / value : value;
  }

  private void header() {
    StringBuilder line =
        new StringBuilder(String.format("%-28s %7s", command + ", " + unit.text, "threads"));
    for (String column : columns) {
      line.append(String.format("  %21s", column));
      if (!column.equals(columns.getFirst())) {
        line.append(String.format(" %6s", "ratio"));
      }
    }
    System.out.println(line);
  }

  /** Three digits that count. */
  private static String number(double value) {
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  private void save() {
    try {
      Path target = csv.toAbsolutePath();
      Files.createDirectories(target.getParent());
      Files.write(target, lines, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the figures are, and how to read the table. */
  void close() {
    System.out.printf(
        "%nMedian, and lower–upper quartile, of rounds in turns; ratio: Graft ÷ peer (%s is better).%n"
            + "Figures: %s. Took %d s.%n",
        unit.rate ? "more" : "less", csv, (System.nanoTime() - start) / 1_000_000_000);
  }
}
