package dev.graft.train;

import dev.graft.optim.ModelEma;
import dev.graft.optim.Schedule;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link Trainer} does besides its steps.
 *
 * @param schedule the learning rate's, by steps; null for a constant one
 * @param earlyStopping null for none
 * @param ema an average of the weights that is kept, and evaluated in their place; null for none
 * @param checkpoints the folder of checkpoints; null for none
 * @param checkpointEvery steps between checkpoints within an epoch; 0 for those at its end alone
 * @param logs where figures go
 * @param logEvery steps between two figures of single steps
 * @param hooks code around each step
 * @param output where a line per epoch goes; null for nowhere
 */
public record TrainerConfig(
    Schedule schedule,
    EarlyStopping earlyStopping,
    ModelEma ema,
    Path checkpoints,
    int checkpointEvery,
    List<TrainingLog> logs,
    int logEvery,
    List<StepHook> hooks,
    PrintStream output) {
  private static final int LOG_EVERY = 50;

  /** A line per epoch on standard output, and nothing else. */
  public static final TrainerConfig DEFAULT =
      new TrainerConfig(null, null, null, null, 0, List.of(), LOG_EVERY, List.of(), System.out);

  /**
   * @throws IllegalArgumentException if checkpointEvery is negative or logEvery below 1
   */
  public TrainerConfig {
    if (checkpointEvery < 0) {
      throw new IllegalArgumentException(
          "trainer: checkpoints must be at least 1 step apart: " + checkpointEvery);
    }
    if (logEvery < 1) {
      throw new IllegalArgumentException(
          "trainer: logged steps must be at least 1 apart: " + logEvery);
    }
    logs = List.copyOf(logs);
    hooks = List.copyOf(hooks);
  }

  TrainerConfig withSchedule(Schedule value) {
    return new TrainerConfig(
        value, earlyStopping, ema, checkpoints, checkpointEvery, logs, logEvery, hooks, output);
  }

  TrainerConfig withEarlyStopping(EarlyStopping value) {
    return new TrainerConfig(
        schedule, value, ema, checkpoints, checkpointEvery, logs, logEvery, hooks, output);
  }

  TrainerConfig withEma(ModelEma value) {
    return new TrainerConfig(
        schedule,
        earlyStopping,
        value,
        checkpoints,
        checkpointEvery,
        logs,
        logEvery,
        hooks,
        output);
  }

  TrainerConfig withCheckpoints(Path folder, int every) {
    return new TrainerConfig(
        schedule, earlyStopping, ema, folder, every, logs, logEvery, hooks, output);
  }

  TrainerConfig withLog(TrainingLog log) {
    return new TrainerConfig(
        schedule,
        earlyStopping,
        ema,
        checkpoints,
        checkpointEvery,
        plus(logs, log),
        logEvery,
        hooks,
        output);
  }

  TrainerConfig withLogEvery(int steps) {
    return new TrainerConfig(
        schedule, earlyStopping, ema, checkpoints, checkpointEvery, logs, steps, hooks, output);
  }

  TrainerConfig withHook(StepHook hook) {
    return new TrainerConfig(
        schedule,
        earlyStopping,
        ema,
        checkpoints,
        checkpointEvery,
        logs,
        logEvery,
        plus(hooks, hook),
        output);
  }

  TrainerConfig withOutput(PrintStream stream) {
    return new TrainerConfig(
        schedule, earlyStopping, ema, checkpoints, checkpointEvery, logs, logEvery, hooks, stream);
  }

  private static <T> List<T> plus(List<T> list, T item) {
    List<T> longer = new ArrayList<>(list);
    longer.add(item);
    return longer;
  }
}
