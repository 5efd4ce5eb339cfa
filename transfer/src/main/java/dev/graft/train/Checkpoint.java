package dev.graft.train;

import dev.graft.nn.Layer;
import dev.graft.nn.LoadReport;
import dev.graft.optim.ModelEma;
import dev.graft.optim.Optimizer;
import dev.graft.tensor.Rng;
import dev.graft.tensor.StateDict;
import dev.graft.weights.Safetensors;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The whole of a run between two steps, in one safetensors file: {@code model.…}, {@code
 * optimizer.…}, {@code ema.…} and {@code best.…} tensors, everything else as metadata.
 */
final class Checkpoint {
  private static final String FORMAT = "graft.checkpoint";
  private static final String VERSION = "1";
  private static final String MODEL = "model.";
  private static final String OPTIMIZER = "optimizer.";
  private static final String EMA = "ema.";
  private static final String BEST = "best.";
  private static final String RNG = "rng.";

  private final Path file;
  private final StateDict all;

  private Checkpoint(Path file, StateDict all) {
    this.file = file;
    this.all = all;
  }

  static Path last(Path folder) {
    return folder.resolve("last.safetensors");
  }

  static Path best(Path folder) {
    return folder.resolve("best.safetensors");
  }

  // ---- writing

  /** What stands there now, sharing the tensors. */
  static Checkpoint of(Path file, Layer model, Optimizer optimizer, ModelEma ema, StateDict best) {
    StateDict all = new StateDict();
    put(all, MODEL, model.stateDict());
    put(all, OPTIMIZER, optimizer.state());
    if (ema != null) {
      put(all, EMA, ema.state());
    }
    if (best != null) {
      put(all, BEST, best);
    }
    Map<String, String> facts = all.metadata();
    facts.put(FORMAT, VERSION);
    model.generators().forEach((name, rng) -> facts.put(RNG + name, rng.state().toText()));
    return new Checkpoint(file, all);
  }

  private static void put(StateDict all, String prefix, StateDict part) {
    part.tensors().forEach((name, tensor) -> all.put(prefix + name, tensor));
    part.metadata().forEach((key, value) -> all.metadata().put(prefix + key, value));
  }

  Checkpoint fact(String key, Object value) {
    all.metadata().put(key, String.valueOf(value));
    return this;
  }

  /** Writes the file; one of that name is replaced at once, or stays whole. */
  void write() throws IOException {
    Safetensors.write(file, all);
  }

  /** Makes the folder ready: it exists, and what writers that were killed left in it is gone. */
  static void prepare(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(folder, ".{last,best}.safetensors.*.tmp")) {
      for (Path file : left) {
        Files.deleteIfExists(file);
      }
    }
  }

  // ---- reading

  /**
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it holds weights, but no run
   */
  static Checkpoint read(Path file) throws IOException {
    StateDict all = Weights.load(file);
    if (!VERSION.equals(all.metadata().get(FORMAT))) {
      throw new IllegalArgumentException(
          "resume: " + file + ": is no checkpoint of a training run, or of a newer version");
    }
    return new Checkpoint(file, all);
  }

  /** The text of that name. */
  String fact(String key) {
    String value = all.metadata().get(key);
    if (value == null) {
      throw refused("lacks its \"" + key + "\"; it looks damaged");
    }
    return value;
  }

  IllegalArgumentException refused(String problem) {
    return new IllegalArgumentException("resume: " + file + ": " + problem);
  }

  /** The best weights, or null. */
  StateDict best() {
    StateDict best = part(BEST);
    return best.size() == 0 ? null : best;
  }

  private StateDict part(String prefix) {
    StateDict part = new StateDict();
    all.tensors()
        .forEach((name, tensor) -> {
          if (name.startsWith(prefix)) {
            part.put(name.substring(prefix.length()), tensor);
          }
        });
    all.metadata()
        .forEach((key, value) -> {
          if (key.startsWith(prefix)) {
            part.metadata().put(key.substring(prefix.length()), value);
          }
        });
    return part;
  }

  /**
   * Gives network, optimiser and average (which may be null) the state that they had.
   *
   * @throws IllegalArgumentException if they are others; the network has not been changed then
   */
  void restore(Layer model, Optimizer optimizer, ModelEma ema) {
    StateDict weights = part(MODEL);
    LoadReport report = model.compare(weights);
    if (!report.isComplete()) {
      throw refused("is of another network:" + report.differences());
    }
    Map<String, Rng> generators = model.generators();
    Map<String, String> states = new TreeMap<>(part(RNG).metadata());
    if (!states.keySet().equals(generators.keySet())) {
      throw refused(
          "is of another network: its layers with random numbers are %s, this network's %s"
              .formatted(states.keySet(), generators.keySet()));
    }
    StateDict averages = part(EMA);
    if (averages.size() > 0 != (ema != null)) {
      throw refused(
          ema == null
              ? "was written with an average of weights; call withEma(…)"
              : "was written without an average of weights; leave out withEma(…)");
    }
    try {
      optimizer.load(part(OPTIMIZER));
      if (ema != null) {
        ema.load(averages);
      }
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage());
    }
    model.load(weights).orThrow();
    states.forEach((name, text) -> generators.get(name).restore(Rng.State.parse(text)));
  }
}
