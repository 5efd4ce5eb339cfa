package dev.graft.train;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Event files that TensorBoard reads, with scalars {@code train/loss}, {@code val/accuracy}, … Show
 * them with {@code tensorboard --logdir FOLDER}. A run that is resumed adds a file, which tells
 * TensorBoard to forget what was logged after the checkpoint.
 */
public final class TensorBoardLog implements TrainingLog {
  private static final Pattern NAME = Pattern.compile("events\\.out\\.tfevents\\.(\\d{10})\\..*");
  private static final String VERSION = "brain.Event:2";

  private final Path folder;
  private OutputStream out;

  /** The folder is made where it is absent. */
  public TensorBoardLog(Path folder) {
    this.folder = folder;
  }

  @Override
  public void begin(int step, int epoch) throws IOException {
    close();
    Files.createDirectories(folder);
    long newest = newest();
    // TensorBoard reads a folder's files in the order of their names.
    long time = Math.max(System.currentTimeMillis() / 1000, newest + 1);
    Path file =
        folder.resolve(
            "events.out.tfevents.%010d.graft.%d".formatted(time, ProcessHandle.current().pid()));
    out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
    TfRecords.write(out, TfEvents.version(now(), VERSION));
    if (newest > 0) {
      TfRecords.write(out, TfEvents.sessionStart(now(), step == 0 ? 0 : step + 1));
    }
    out.flush();
  }

  /** The time in the name of the newest event file; 0 where there is none. */
  private long newest() throws IOException {
    long newest = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          newest = Math.max(newest, Long.parseLong(name.group(1)));
        }
      }
    }
    return newest;
  }

  private static double now() {
    return System.currentTimeMillis() / 1000.0;
  }

  @Override
  public void write(int step, int epoch, String split, Map<String, Double> values)
      throws IOException {
    TfRecords.write(out, TfEvents.scalars(now(), step, split, values));
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
