package dev.graft.train;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A table with a row for each moment: {@code
 * step,epoch,split,loss,accuracy,top5,lr,images_per_second}, empty where a figure is not known. A
 * run that is resumed goes on in the same table.
 */
public final class CsvLog implements TrainingLog {
  private static final List<String> FIGURES =
      List.of("loss", "accuracy", "top5", "lr", "images_per_second");
  private static final String HEADER = "step,epoch,split," + String.join(",", FIGURES);

  private final Path file;
  private BufferedWriter out;

  /** The file is written when a run begins; an older log in it is replaced. */
  public CsvLog(Path file) {
    this.file = file;
  }

  @Override
  public void begin(int step, int epoch) throws IOException {
    close();
    List<String> kept = new ArrayList<>(List.of(HEADER));
    if (Files.exists(file) && Files.size(file) > 0) {
      List<String> lines = Files.readAllLines(file);
      if (!lines.getFirst().equals(HEADER)) {
        throw new IOException(file + ": is no log of a training run; it would be overwritten");
      }
      lines.stream().skip(1).filter(row -> counts(row, step, epoch)).forEach(kept::add);
    }
    Path target = file.toAbsolutePath();
    Files.createDirectories(target.getParent());
    Path beside = target.resolveSibling("." + target.getFileName() + ".tmp");
    Files.write(beside, kept);
    Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
    out = Files.newBufferedWriter(target, StandardOpenOption.APPEND);
  }

  /** Whether a row tells of something before the checkpoint; a torn last row does not. */
  private static boolean counts(String row, int step, int epoch) {
    String[] cells = row.split(",", -1);
    try {
      return cells.length == 3 + FIGURES.size()
          && Integer.parseInt(cells[0]) <= step
          && (cells[2].equals("train") || Integer.parseInt(cells[1]) <= epoch);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  @Override
  public void write(int step, int epoch, String split, Map<String, Double> values)
      throws IOException {
    StringBuilder row = new StringBuilder().append(step).append(',').append(epoch);
    row.append(',').append(split);
    for (String figure : FIGURES) {
      row.append(',').append(values.containsKey(figure) ? values.get(figure) : "");
    }
    out.append(row).append('\n');
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    if (out != null) {
      out.close();
      out = null;
    }
  }
}
