package dev.graft.train;

import dev.graft.data.Batch;
import dev.graft.data.Batches;
import dev.graft.data.DataLoader;
import dev.graft.nn.Layer;
import dev.graft.optim.Optimizer;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import dev.graft.train.EarlyStopping.Monitor;
import dev.graft.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One run of a {@link Trainer}: everything that changes while it lasts. */
final class Fit {
  private final TrainerConfig config;
  private final Trainer trainer;
  private final Layer model;
  private final Optimizer optimizer;
  private final DataLoader train;
  private final DataLoader validation;
  private final int epochs;
  private final Monitor monitor;

  /** Steps made; epochs finished; batches of the present epoch done. */
  private int step;

  private int epoch;
  private int batch;

  private Meter meter = new Meter();
  private double seconds;
  private List<EpochResult> results = new ArrayList<>();

  private double best = Double.NaN;
  private int bestEpoch;

  /** The epoch from which early stopping counts: 0, or where a resumed run turned it on. */
  private int countsFrom;

  /** A copy of the best weights, where early stopping wants them back. */
  private StateDict bestWeights;

  Fit(Trainer trainer, DataLoader train, DataLoader validation, int epochs) {
    this.config = trainer.config();
    this.trainer = trainer;
    this.model = trainer.model();
    this.optimizer = trainer.optimizer();
    this.train = train;
    this.validation = validation;
    this.epochs = epochs;
    EarlyStopping stopping = config.earlyStopping();
    this.monitor = stopping == null ? Monitor.ACCURACY : stopping.monitor();
    Checks.epochs(epochs);
    Checks.trainable(model, optimizer);
    if (stopping != null && validation == null) {
      throw new IllegalArgumentException(
          "trainer: early stopping needs held-out examples; pass a validation loader to fit");
    }
  }

  History run() throws IOException {
    if (config.checkpoints() != null) {
      Checkpoint.prepare(config.checkpoints());
    }
    try (Logs logs = new Logs(config.logs(), step, epoch)) {
      while (epoch < epochs && !isStopped()) {
        trainEpoch(logs);
        finishEpoch(logs);
      }
    }
    if (bestWeights != null) {
      model.load(bestWeights).orThrow();
    }
    return new History(List.copyOf(results), bestEpoch, isStopped());
  }

  private boolean isStopped() {
    return config.earlyStopping() != null
        && epoch > 0
        && epoch - Math.max(bestEpoch, countsFrom) >= config.earlyStopping().patience();
  }

  // ---- an epoch

  private void trainEpoch(Logs logs) throws IOException {
    model.train();
    try (Batches batches = train.epoch(epoch, batch);
        Progress bar = Progress.of("epoch " + (epoch + 1) + "/" + epochs, train.batches())) {
      long before = System.nanoTime();
      for (Batch next : batches) {
        double loss = Autograd.step(() -> step(next));
        long now = System.nanoTime();
        seconds += (now - before) * 1e-9;
        before = now;
        bar.to(batch);
        bar.note(meter.note(seconds));
        if (step % config.logEvery() == 0) {
          logs.write(step, epoch + 1, "train", Map.of("loss", loss, "lr", lr()));
        }
        if (config.checkpointEvery() > 0 && step % config.checkpointEvery() == 0) {
          checkpoint(logs);
          before = System.nanoTime();
        }
      }
    }
  }

  /** One step; returns its loss. */
  private double step(Batch next) {
    if (config.schedule() != null) {
      config.schedule().set(optimizer, step);
    }
    Tensor output = model.apply(next.x().to(model.backend()));
    Checks.output(output, next, train.dataset());
    Tensor loss = loss(output, next.labels());
    double value = loss.item();
    Checks.loss(value, step, epoch);
    optimizer.zeroGrad();
    loss.backward();
    config.hooks().forEach(h -> h.beforeStep(step));
    optimizer.step();
    if (config.ema() != null) {
      config.ema().update();
    }
    config.hooks().forEach(h -> h.afterStep(step));
    meter.add(output, next.labels(), value);
    step++;
    batch++;
    return value;
  }

  /** The loss; what it says of bad values is told together with the step. */
  private Tensor loss(Tensor output, int[] labels) {
    try {
      return trainer.loss().apply(output, labels);
    } catch (ShapeException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      String where = "trainer: step %d (epoch %d): ".formatted(step, epoch + 1);
      throw new IllegalArgumentException(where + e.getMessage(), e);
    }
  }

  private double lr() {
    return optimizer.groups().getFirst().lr();
  }

  private void finishEpoch(Logs logs) throws IOException {
    Metrics held = validation == null ? null : evaluate();
    EpochResult result = new EpochResult(epoch + 1, step, meter.metrics(), held, lr(), seconds);
    results.add(result);
    epoch++;
    batch = 0;
    meter = new Meter();
    seconds = 0;
    if (config.output() != null) {
      config.output().println(result);
    }
    logs.epoch(result);
    if (held != null) {
      compare(held);
    }
    checkpoint(logs);
  }

  /** By the averaged weights where there are any. */
  private Metrics evaluate() {
    return config.ema() == null
        ? trainer.evaluate(validation)
        : config.ema().withAverages(() -> trainer.evaluate(validation));
  }

  private void compare(Metrics held) throws IOException {
    EarlyStopping stopping = config.earlyStopping();
    double value = monitor.of(held);
    if (!monitor.isBetter(value, best, stopping == null ? 0 : stopping.minDelta())) {
      return;
    }
    best = value;
    bestEpoch = epoch;
    StateDict weights = config.ema() == null ? model.stateDict() : config.ema().stateDict();
    if (stopping != null) {
      bestWeights = copy(weights);
    }
    if (config.checkpoints() != null) {
      weights.metadata().put("epoch", Integer.toString(epoch));
      Safetensors.write(Checkpoint.best(config.checkpoints()), weights);
    }
  }

  private static StateDict copy(StateDict state) {
    StateDict copy = new StateDict();
    state.tensors().forEach((n, t) -> copy.put(n, Tensor.of(t.toArray(), t.shape().toArray())));
    return copy;
  }

  // ---- checkpoints

  private void checkpoint(Logs logs) throws IOException {
    if (config.checkpoints() == null) {
      return;
    }
    // Before the checkpoint, so that a log never lacks what a checkpoint has behind it.
    logs.flush();
    Checkpoint.of(
            Checkpoint.last(config.checkpoints()), model, optimizer, config.ema(), bestWeights)
        .fact("step", step)
        .fact("epoch", epoch)
        .fact("batch", batch)
        .fact("meter", meter.state())
        .fact("seconds", seconds)
        .fact("data", train.signature())
        .fact("monitor", monitor)
        .fact("bestMetric", best)
        .fact("bestEpoch", bestEpoch)
        .fact("countsFrom", countsFrom)
        .fact(
            "history", results.stream().map(EpochResult::toText).collect(Collectors.joining("\n")))
        .write();
  }

  /** Continues from a file, before {@link #run}; what does not fit has changed no weight. */
  void restore(Path file) throws IOException {
    Checkpoint saved = Checkpoint.read(file);
    try {
      step = Integer.parseInt(saved.fact("step"));
      epoch = Integer.parseInt(saved.fact("epoch"));
      batch = Integer.parseInt(saved.fact("batch"));
      meter.restore(saved.fact("meter"));
      seconds = Double.parseDouble(saved.fact("seconds"));
      results = saved.fact("history").lines().map(EpochResult::parse).collect(Collectors.toList());
      restoreBest(saved);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw saved.refused("holds no numbers where they are due; it looks damaged");
    }
    if (batch > 0 && !saved.fact("data").equals(train.signature())) {
      throw saved.refused(
          "was written within an epoch of other data: %s; this run has %s"
              .formatted(saved.fact("data"), train.signature()));
    }
    saved.restore(model, optimizer, config.ema());
  }

  /** The best epoch so far, unless it was the best by another measure or its weights are lost. */
  private void restoreBest(Checkpoint saved) {
    boolean kept = config.earlyStopping() == null || saved.best() != null;
    if (saved.fact("monitor").equals(monitor.toString()) && kept) {
      best = Double.parseDouble(saved.fact("bestMetric"));
      bestEpoch = Integer.parseInt(saved.fact("bestEpoch"));
      countsFrom = Integer.parseInt(saved.fact("countsFrom"));
      bestWeights = config.earlyStopping() == null ? null : saved.best();
    } else {
      countsFrom = epoch;
    }
  }
}
