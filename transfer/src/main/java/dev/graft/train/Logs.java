package dev.graft.train;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run's logs, all written alike. */
final class Logs implements AutoCloseable {
  private final List<TrainingLog> logs;

  /** Begins them all. */
  Logs(List<TrainingLog> logs, int step, int epoch) throws IOException {
    this.logs = logs;
    try {
      for (TrainingLog log : logs) {
        log.begin(step, epoch);
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  void write(int step, int epoch, String split, Map<String, Double> values) throws IOException {
    for (TrainingLog log : logs) {
      log.write(step, epoch, split, values);
    }
  }

  void epoch(EpochResult result) throws IOException {
    Map<String, Double> values = new LinkedHashMap<>(values(result.train()));
    values.put("lr", result.lr());
    values.put("images_per_second", result.imagesPerSecond());
    write(result.step(), result.epoch(), "epoch", values);
    if (result.validation() != null) {
      write(result.step(), result.epoch(), "val", values(result.validation()));
    }
  }

  private static Map<String, Double> values(Metrics m) {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", m.loss());
    values.put("accuracy", m.accuracy());
    values.put("top5", m.top5());
    return values;
  }

  void flush() throws IOException {
    for (TrainingLog log : logs) {
      log.flush();
    }
  }

  /** Closes them all, even where one of them cannot be. */
  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (TrainingLog log : logs) {
      try {
        log.close();
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
