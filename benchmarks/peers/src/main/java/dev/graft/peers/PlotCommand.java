package dev.graft.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws the figures of a CSV file. */
@Command(
    name = "plot",
    mixinStandardHelpOptions = true,
    description = "Draws a CSV file's medians as bars, a picture for each number of threads.")
final class PlotCommand implements Callable<Integer> {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 600;
  private static final int COLUMNS = 10;

  @Parameters(paramLabel = "CSV", description = "What another command has written.")
  private Path csv;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "For the PNGs (default: beside it).")
  private Path out;

  private record Figure(String subject, String contender, double ratio) {}

  @Override
  public Integer call() throws IOException {
    Map<Integer, List<Figure>> byThreads = new TreeMap<>();
    List<String> lines = Files.readAllLines(csv);
    String command = "";
    String unit = "";
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",");
      if (cells.length != COLUMNS) {
        throw new IllegalArgumentException("plot: not a file of ours: " + csv + ": " + line);
      }
      command = cells[0];
      unit = cells[4];
      Figure figure = new Figure(cells[1], cells[3], Double.parseDouble(cells[9]));
      byThreads.computeIfAbsent(Integer.parseInt(cells[2]), n -> new ArrayList<>()).add(figure);
    }
    Path folder = out != null ? out : csv.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    for (Map.Entry<Integer, List<Figure>> entry : byThreads.entrySet()) {
      Path file = folder.resolve(command + "-" + entry.getKey() + "-threads.png");
      CategoryChart chart = chart(command, unit, entry.getKey(), entry.getValue());
      ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
      System.out.println(file);
    }
    return 0;
  }

  /** Each subject's bars are relative to Graft's, so that all fit on one scale. */
  private static CategoryChart chart(
      String command, String unit, int threads, List<Figure> figures) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(command + ", " + threads + (threads == 1 ? " thread" : " threads"))
            .yAxisTitle(unit + ", Graft's = 1")
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setXAxisLabelRotation(30);
    List<String> subjects = figures.stream().map(Figure::subject).distinct().toList();
    Map<String, Map<String, Double>> series = new LinkedHashMap<>();
    for (Figure f : figures) {
      series
          .computeIfAbsent(f.contender(), c -> new LinkedHashMap<>())
          .put(f.subject(), 1 / f.ratio());
    }
    series.forEach((contender, values) ->
        chart.addSeries(
            contender, subjects, subjects.stream().map(s -> values.getOrDefault(s, 0.0)).toList()));
    return chart;
  }
}
