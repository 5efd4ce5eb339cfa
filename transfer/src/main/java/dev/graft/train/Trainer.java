package dev.graft.train;

import dev.graft.data.Batch;
import dev.graft.data.Batches;
import dev.graft.data.DataLoader;
import dev.graft.nn.Layer;
import dev.graft.nn.Loss;
import dev.graft.optim.ClipGrad;
import dev.graft.optim.ModelEma;
import dev.graft.optim.Optimizer;
import dev.graft.optim.Schedule;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Trains and evaluates a classifier: a network whose output is [n, classes].
 *
 * <pre>{@code
 * var trainer = new Trainer(model, new CrossEntropyLoss(), new SGD(model.parameters(), 0.1))
 *     .withSchedule(new CosineLR(epochs * train.batches()))
 *     .withCheckpoints(Path.of("run"));
 * trainer.fit(train, test, epochs);
 * }</pre>
 *
 * <p>Batches go to where the network lies: {@code model.to(Device.openCl())} before the run is all
 * that is needed to train there.
 *
 * <p>The same seeds give the same bits, for any number of threads, and also where a run was ended
 * and {@link #resume resumed}. A Trainer is a description and never changes: each {@code with…}
 * makes another one, {@link #fit} leaves what it learns in the network.
 */
public final class Trainer {
  private final Layer model;
  private final Loss loss;
  private final Optimizer optimizer;
  private final TrainerConfig config;

  public Trainer(Layer model, Loss loss, Optimizer optimizer) {
    this(model, loss, optimizer, TrainerConfig.DEFAULT);
  }

  public Trainer(Layer model, Loss loss, Optimizer optimizer, TrainerConfig config) {
    this.model = model;
    this.loss = loss;
    this.optimizer = optimizer;
    this.config = config;
  }

  private Trainer with(TrainerConfig other) {
    return new Trainer(model, loss, optimizer, other);
  }

  /** Sets the learning rate before each step. */
  public Trainer withSchedule(Schedule schedule) {
    return with(config.withSchedule(schedule));
  }

  /** Stops when the held-out metric no longer improves, and restores the best weights. */
  public Trainer withEarlyStopping(EarlyStopping stopping) {
    return with(config.withEarlyStopping(stopping));
  }

  /**
   * Writes {@code last.safetensors} to this folder after each epoch, from which {@link #resume}
   * goes on, and {@code best.safetensors}, the weights alone, whenever the held-out metric is the
   * best so far. The folder is made where it is absent.
   */
  public Trainer withCheckpoints(Path folder) {
    return with(config.withCheckpoints(folder, config.checkpointEvery()));
  }

  /**
   * As {@link #withCheckpoints(Path)}, and every {@code steps} steps as well.
   *
   * @throws IllegalArgumentException if steps is negative
   */
  public Trainer withCheckpoints(Path folder, int steps) {
    return with(config.withCheckpoints(folder, steps));
  }

  /** Writes the run's figures, besides those written already. */
  public Trainer withLog(TrainingLog log) {
    return with(config.withLog(log));
  }

  /**
   * How many steps lie between two logged ones; 50 by default. Epochs are always logged.
   *
   * @throws IllegalArgumentException if steps is below 1
   */
  public Trainer withLogEvery(int steps) {
    return with(config.withLogEvery(steps));
  }

  /** Scales all gradients together so that their norm is at most {@code maxNorm}. */
  public Trainer withClipGradNorm(double maxNorm) {
    return withHook(
        new StepHook() {
          @Override
          public void beforeStep(int step) {
            ClipGrad.clipGradNorm(model.parameters(), maxNorm);
          }
        });
  }

  /** Limits every gradient's values to −clipValue … clipValue. */
  public Trainer withClipGradValue(double clipValue) {
    return withHook(
        new StepHook() {
          @Override
          public void beforeStep(int step) {
            ClipGrad.clipGradValue(model.parameters(), clipValue);
          }
        });
  }

  /**
   * Updates this average of the network's weights after each step. The held-out examples are judged
   * by the average, and what is kept as the best is the average as well; the network itself holds
   * the last step's weights in the end, unless early stopping restores the best.
   */
  public Trainer withEma(ModelEma ema) {
    return with(config.withEma(ema));
  }

  /** Runs code around each step, besides that given already. */
  public Trainer withHook(StepHook hook) {
    return with(config.withHook(hook));
  }

  /** Where a line per epoch goes instead of to standard output; null for nowhere. */
  public Trainer withOutput(PrintStream stream) {
    return with(config.withOutput(stream));
  }

  Layer model() {
    return model;
  }

  Loss loss() {
    return loss;
  }

  Optimizer optimizer() {
    return optimizer;
  }

  public TrainerConfig config() {
    return config;
  }

  // ---- training

  /** As {@link #fit(DataLoader, DataLoader, int)}, without held-out examples. */
  public History fit(DataLoader train, int epochs) throws IOException {
    return fit(train, null, epochs);
  }

  /**
   * Trains for that many epochs.
   *
   * @param validation held-out examples, looked at after each epoch; may be null
   * @throws IllegalArgumentException if epochs is below 1, nothing is trainable, the network's
   *     output does not fit the classes, or the folder of checkpoints holds one already
   * @throws ArithmeticException if the loss becomes NaN or infinite; a loss of Graft's that is
   *     given NaN or infinite values names them in an IllegalArgumentException
   * @throws dev.graft.data.DataException if an example cannot be read
   * @throws IOException if a checkpoint or a log cannot be written
   */
  public History fit(DataLoader train, DataLoader validation, int epochs) throws IOException {
    Path last = config.checkpoints() == null ? null : Checkpoint.last(config.checkpoints());
    if (last != null && Files.exists(last)) {
      throw new IllegalArgumentException(
          "trainer: "
              + last
              + " is there from an earlier run; resume(…) goes on from it, or choose another"
              + " folder");
    }
    return new Fit(this, train, validation, epochs).run();
  }

  /**
   * Goes on from the folder's last checkpoint to the same bits as if the run had never ended;
   * begins where there is none.
   *
   * @param epochs of the whole run, those before the checkpoint among them
   * @throws IllegalArgumentException as {@link #fit}, if there is no folder of checkpoints, or the
   *     checkpoint is of another network, optimiser or, within an epoch, other data
   * @throws IOException as {@link #fit}, or if the checkpoint cannot be read
   */
  public History resume(DataLoader train, DataLoader validation, int epochs) throws IOException {
    if (config.checkpoints() == null) {
      throw new IllegalArgumentException(
          "trainer: resume needs a folder of checkpoints; call withCheckpoints(folder)");
    }
    Path last = Checkpoint.last(config.checkpoints());
    return Files.exists(last)
        ? resume(last, train, validation, epochs)
        : fit(train, validation, epochs);
  }

  /** As {@link #resume(DataLoader, DataLoader, int)}, from a given checkpoint. */
  public History resume(Path checkpoint, DataLoader train, DataLoader validation, int epochs)
      throws IOException {
    Fit fit = new Fit(this, train, validation, epochs);
    fit.restore(checkpoint);
    return fit.run();
  }

  // ---- evaluation

  /**
   * Looks at all examples in eval mode, in which the network is left.
   *
   * @throws IllegalArgumentException if the network's output does not fit the classes
   * @throws dev.graft.data.DataException if an example cannot be read
   */
  public Metrics evaluate(DataLoader data) {
    model.eval();
    Meter meter = new Meter(data.dataset().classes());
    try (Batches batches = data.epoch(0)) {
      for (Batch batch : batches) {
        Autograd.noGrad(() -> {
          Tensor output = model.apply(batch.x().to(model.backend()));
          Checks.output(output, batch, data.dataset());
          meter.add(output, batch.labels(), loss.apply(output, batch.labels()).item());
        });
      }
    }
    return meter.metrics();
  }

  @Override
  public String toString() {
    return "Trainer of "
        + model.getClass().getSimpleName()
        + " by "
        + optimizer.getClass().getSimpleName();
  }
}
