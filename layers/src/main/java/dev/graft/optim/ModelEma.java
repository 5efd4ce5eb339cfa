package dev.graft.optim;

import dev.graft.nn.Layer;
import dev.graft.nn.LoadReport;
import dev.graft.nn.Parameter;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Supplier;

/**
 * An exponential moving average of a network's parameters over the training steps (Polyak and
 * Juditsky, 1992): after each step, {@code average = decay·average + (1−decay)·parameter}. Buffers,
 * such as batch norm's running statistics, are copied. The average often classifies better than the
 * parameters of any one step.
 *
 * <pre>{@code
 * ModelEma ema = new ModelEma(net, 0.999);
 * for (…) { …; optimizer.step(); ema.update(); }
 * double accuracy = ema.withAverages(() -> evaluate(net));
 * }</pre>
 */
public final class ModelEma {
  private static final String UPDATES = "updates";

  private final StateDict live;
  private final StateDict averages = new StateDict();
  private final Set<Tensor> parameters = Collections.newSetFromMap(new IdentityHashMap<>());
  private final double decay;
  private final double warmupGamma;
  private final double warmupPower;
  private long updates;
  private boolean swapped;

  /**
   * Starts from the parameters as they are.
   *
   * @throws IllegalArgumentException if decay is outside [0, 1)
   */
  public ModelEma(Layer model, double decay) {
    this(model, decay, 0, 0);
  }

  /**
   * With a decay that rises to {@code decay}: {@code 1 − (1 + k/warmupGamma)^−warmupPower} at
   * update k = 0, 1, …, so that the first weights are soon forgotten. With gamma 1, power 2/3 suits
   * runs of a million steps, 3/4 shorter ones.
   *
   * @throws IllegalArgumentException if decay is outside [0, 1), or gamma or power not positive
   */
  public static ModelEma withWarmup(
      Layer model, double decay, double warmupGamma, double warmupPower) {
    if (!(warmupGamma > 0 && warmupPower > 0)) {
      throw new IllegalArgumentException(
          "model_ema: warm-up's gamma and power must be positive: "
              + warmupGamma
              + ", "
              + warmupPower);
    }
    return new ModelEma(model, decay, warmupGamma, warmupPower);
  }

  private ModelEma(Layer model, double decay, double warmupGamma, double warmupPower) {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException("model_ema: decay must be in [0, 1): " + decay);
    }
    this.decay = decay;
    this.warmupGamma = warmupGamma;
    this.warmupPower = warmupPower;
    this.live = model.stateDict();
    model.parameters().stream().map(Parameter::tensor).forEach(parameters::add);
    live.tensors().forEach((name, t) -> averages.put(name, copy(t)));
  }

  private static void copyValues(Tensor from, Tensor to) {
    to.backend().copies().copy(from.view(), to.view());
    to.view().buffer().changed();
  }

  /** The average of a tensor, which it follows to another device. */
  private Tensor average(String name, Tensor t) {
    Tensor average = averages.get(name);
    if (average.backend() != t.backend()) {
      average.moveTo(average.to(t.backend()));
    }
    return average;
  }

  private static Tensor copy(Tensor t) {
    return t.copy(Layout.dense(t.shape(), t.layout()));
  }

  /** The decay of update {@code k} = 0, 1, … */
  public double decayAt(long k) {
    return warmupGamma == 0
        ? decay
        : Math.min(decay, 1 - Math.pow(1 + k / warmupGamma, -warmupPower));
  }

  /**
   * Takes the parameters of the step just made into the average.
   *
   * @throws IllegalStateException while the averages are swapped in
   */
  public void update() {
    if (swapped) {
      throw new IllegalStateException(
          "model_ema: the network holds the averages now; update outside withAverages");
    }
    float weight = (float) (1 - decayAt(updates++));
    live.tensors()
        .forEach((name, t) -> {
          Tensor average = average(name, t);
          if (parameters.contains(t)) {
            t.backend().optimizer().lerp(average.view(), t.view(), weight);
          } else {
            copyValues(t, average);
          }
        });
  }

  /** The number of updates so far. */
  public long updates() {
    return updates;
  }

  /** Runs {@code body} while the network holds the averages; afterwards it has its own values. */
  public <T> T withAverages(Supplier<T> body) {
    if (swapped) {
      return body.get();
    }
    StateDict own = new StateDict();
    live.tensors().forEach((name, t) -> own.put(name, copy(t)));
    swapped = true;
    try {
      live.tensors().forEach((name, t) -> copyValues(average(name, t), t));
      return body.get();
    } finally {
      live.tensors().forEach((name, t) -> copyValues(own.get(name), t));
      swapped = false;
    }
  }

  /** As {@link #withAverages(Supplier)}, for code without a result. */
  public void withAverages(Runnable body) {
    withAverages(() -> {
      body.run();
      return null;
    });
  }

  /** The averages under the network's names, to be saved or loaded in its place; copies. */
  public StateDict stateDict() {
    StateDict copy = new StateDict();
    averages.tensors().forEach((name, t) -> copy.put(name, copy(t)));
    return copy;
  }

  /** Copies the averages into another network of the same form. */
  public LoadReport applyTo(Layer other) {
    return other.load(averages);
  }

  // ---- checkpoints

  /** All that is remembered: the averages, and the number of updates in the metadata. */
  public StateDict state() {
    StateDict state = stateDict();
    state.metadata().put(UPDATES, Long.toString(updates));
    return state;
  }

  /**
   * Takes over what {@link #state} gave; updates then go on to the bit.
   *
   * @throws IllegalArgumentException if it is of another network; nothing is changed then
   */
  public void load(StateDict state) {
    String count = state.metadata().get(UPDATES);
    if (count == null || !count.matches("\\d{1,18}")) {
      throw wrong("no number of updates in its metadata");
    }
    for (String name : state.names()) {
      if (!averages.contains(name)) {
        throw wrong("\"" + name + "\" is no name in this network");
      }
    }
    averages
        .tensors()
        .forEach((name, t) -> {
          if (!state.contains(name)) {
            throw wrong("\"" + name + "\" is missing");
          }
          Shape theirs = state.get(name).shape();
          if (!theirs.equals(t.shape())) {
            throw wrong("\"" + name + "\" has shape " + theirs + ", the network has " + t.shape());
          }
        });
    averages.tensors().forEach((name, t) -> t.assign(state.get(name)));
    updates = Long.parseLong(count);
  }

  private static IllegalArgumentException wrong(String problem) {
    return new IllegalArgumentException("model_ema: load: state does not fit: " + problem);
  }
}
