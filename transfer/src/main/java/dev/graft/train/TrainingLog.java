package dev.graft.train;

import java.io.IOException;
import java.util.Map;

/** Where a run's figures are written. */
public interface TrainingLog extends AutoCloseable {
  /**
   * A run begins, or goes on from a checkpoint; nothing after {@code step} has happened yet, so
   * what a run that was ended has logged beyond it no longer counts.
   *
   * @param step how many steps have been made
   * @param epoch how many epochs are finished
   */
  void begin(int step, int epoch) throws IOException;

  /**
   * Figures of one moment.
   *
   * @param step how many steps have been made
   * @param epoch from 1
   * @param split {@code train} for a single step, {@code epoch} for a whole epoch of training,
   *     {@code val} for the held-out examples
   * @param values {@code loss}, {@code accuracy}, {@code top5}, {@code lr}, {@code
   *     images_per_second}, as far as known
   */
  void write(int step, int epoch, String split, Map<String, Double> values) throws IOException;

  /** Makes sure that what was written is in the file. */
  void flush() throws IOException;

  @Override
  void close() throws IOException;
}
