package dev.graft.nn;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.backend.Device;
import dev.graft.op.Watcher;
import dev.graft.tensor.Rng;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a network: parameters, buffers and child layers under PyTorch's names, and a forward
 * pass. Subclasses register what they hold in their constructors, in order, with {@link #param},
 * {@link #buffer} and {@link #child}, and compute in {@link #forward}.
 */
public abstract class Layer implements Watcher.Place {
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();
  private final Map<String, Rng> generators = new LinkedHashMap<>();
  private final Map<String, Layer> children = new LinkedHashMap<>();
  private Layer parent;
  private String name = "";
  private boolean training = true;
  private boolean frozen;

  /** Computes the output. Call {@link #apply} instead, which names the layer in errors. */
  protected abstract Tensor forward(Tensor x);

  /**
   * Runs the layer.
   *
   * @throws ShapeException if the input does not fit; the message names the innermost layer's path
   */
  public final Tensor apply(Tensor x) {
    return located(() -> forward(x));
  }

  /** For layers that take something else than a tensor: errors and watchers name the layer. */
  protected final Tensor located(Supplier<Tensor> computation) {
    Watcher watcher = Watcher.current();
    try {
      return watcher == null ? computation.get() : watched(watcher, computation);
    } catch (ShapeException e) {
      throw e instanceof LayerException || path().isEmpty() ? e : new LayerException(e, this);
    }
  }

  private Tensor watched(Watcher watcher, Supplier<Tensor> computation) {
    Tensor result = null;
    watcher.entered(this);
    try {
      result = computation.get();
      return result;
    } finally {
      watcher.left(this, result);
    }
  }

  /** A message that begins with an operation's name, as in {@code conv2d: input has …}. */
  private static final Pattern NAMES_OPERATION = Pattern.compile("(\\w+)(: .*)", Pattern.DOTALL);

  private static final class LayerException extends ShapeException {
    private static final long serialVersionUID = 1L;

    LayerException(ShapeException cause, Layer layer) {
      super(withPath(cause.getMessage(), layer));
      initCause(cause);
    }

    private static String withPath(String message, Layer layer) {
      String quoted = " \"" + layer.path() + "\"";
      Matcher operation = NAMES_OPERATION.matcher(message);
      return operation.matches()
          ? operation.group(1) + quoted + operation.group(2)
          : layer.getClass().getSimpleName() + quoted + ": " + message;
    }
  }

  /** Where this layer stands in the network: {@code layer1.0.conv1}; empty for the network. */
  @Override
  public final String path() {
    String above = parent == null ? "" : parent.path();
    return above.isEmpty() ? name : above + "." + name;
  }

  // ---- what subclasses register

  /** Registers a trainable tensor; returns it. */
  protected final Tensor param(String paramName, Tensor value) {
    value.backend().expectWork();
    parameters.put(paramName, value.requireGrad());
    return value;
  }

  /** Registers a tensor that is saved but not trained; returns it. */
  protected final Tensor buffer(String bufferName, Tensor value) {
    buffers.put(bufferName, value);
    return value;
  }

  /**
   * Registers the generator that forward draws from, so that checkpoints hold where it stands;
   * returns it.
   */
  protected final Rng random(String rngName, Rng rng) {
    generators.put(rngName, rng);
    return rng;
  }

  /** Registers a child layer; returns it. Replaces a child of that name. */
  protected final <L extends Layer> L child(String childName, L layer) {
    Layer l = layer;
    l.parent = this;
    l.name = childName;
    children.put(childName, layer);
    return layer;
  }

  // ---- looking inside

  /** The child layers by name, in order. */
  public final Map<String, Layer> children() {
    return Collections.unmodifiableMap(children);
  }

  /** Every parameter of this layer and those below, under its full name, in order. */
  public final List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>();
    visit("", (prefix, l) -> l.parameters.forEach((n, t) -> all.add(new Parameter(prefix + n, t))));
    return all;
  }

  /** The generators that the layers draw from in training, such as dropout's, under full names. */
  public final Map<String, Rng> generators() {
    Map<String, Rng> all = new LinkedHashMap<>();
    visit("", (prefix, l) -> l.generators.forEach((n, rng) -> all.put(prefix + n, rng)));
    return all;
  }

  /** The number of values in all parameters. */
  public final long numParameters() {
    return parameters().stream().mapToLong(p -> p.tensor().numel()).sum();
  }

  /** The number of values in the parameters that are not frozen. */
  public final long numTrainable() {
    return parameters().stream()
        .filter(Parameter::isTrainable)
        .mapToLong(p -> p.tensor().numel())
        .sum();
  }

  private interface Visitor {
    void visit(String prefix, Layer layer);
  }

  private void visit(String prefix, Visitor visitor) {
    visitor.visit(prefix, this);
    children.forEach((n, l) -> l.visit(prefix + n + ".", visitor));
  }

  // ---- devices

  /**
   * Moves the parameters and buffers of this layer and those below to a device; all of them, or
   * none where it has no room. They stay the same tensors, so optimisers that hold them go on.
   * Inputs must lie there too: {@code model.to(Device.openCl()).apply(x.to(Device.openCl()))}
   *
   * @throws dev.graft.backend.DeviceException if the device has no memory left; nothing is moved
   *     then
   */
  public final Layer to(Device device) {
    return to(device.backend());
  }

  /** As {@link #to(Device)}. */
  public final Layer to(Backend backend) {
    Map<Tensor, Tensor> copies = new IdentityHashMap<>();
    stateDict().tensors().values().forEach(t -> copies.put(t, t.to(backend)));
    copies.forEach((tensor, copy) -> {
      if (tensor != copy) {
        tensor.moveTo(copy);
      }
    });
    return this;
  }

  /** Where the parameters lie, to which inputs must be moved; the CPU where there are none. */
  public final Backend backend() {
    Tensor first = firstTensor();
    return first == null ? Backends.cpu() : first.backend();
  }

  private Tensor firstTensor() {
    for (Map<String, Tensor> own : List.of(parameters, buffers)) {
      for (Tensor tensor : own.values()) {
        return tensor;
      }
    }
    for (Layer child : children.values()) {
      Tensor tensor = child.firstTensor();
      if (tensor != null) {
        return tensor;
      }
    }
    return null;
  }

  // ---- modes

  /** Training mode, for this layer and those below; frozen layers stay in eval mode. */
  public final Layer train() {
    visit("", (prefix, l) -> l.training = true);
    return this;
  }

  /** Eval mode, for this layer and those below. */
  public final Layer eval() {
    visit("", (prefix, l) -> l.training = false);
    return this;
  }

  /** True in training mode; never for a layer under a frozen one. */
  public final boolean isTraining() {
    return training && !isFrozen();
  }

  /** Runs {@code body} in eval mode; each layer has the mode that it had before. */
  final <T> T inEvalMode(Supplier<T> body) {
    List<Layer> before = new ArrayList<>();
    visit(
        "",
        (prefix, l) -> {
          if (l.training) {
            before.add(l);
          }
        });
    eval();
    try {
      return body.get();
    } finally {
      before.forEach(l -> l.training = true);
    }
  }

  /**
   * Freezes this layer and those below: no gradients, and eval mode whatever the network's mode, so
   * that batch norm's running statistics stay as they were trained.
   */
  public final Layer freeze() {
    return setFrozen(true);
  }

  /** Undoes {@link #freeze}. */
  public final Layer unfreeze() {
    return setFrozen(false);
  }

  private Layer setFrozen(boolean value) {
    visit(
        "",
        (prefix, l) -> {
          l.frozen = value;
          l.parameters.values().forEach(t -> t.requireGrad(!value));
        });
    return this;
  }

  public final boolean isFrozen() {
    return frozen;
  }

  /** Forgets the gradients of all parameters; see {@link Tensor#forgetGrad}. */
  public final void zeroGrad() {
    parameters().forEach(p -> p.tensor().forgetGrad());
  }

  // ---- state

  /** Parameters and buffers under PyTorch's names, in PyTorch's order; the tensors are shared. */
  public final StateDict stateDict() {
    StateDict state = new StateDict();
    visit(
        "",
        (prefix, l) -> {
          l.parameters.forEach((n, t) -> state.put(prefix + n, t));
          l.buffers.forEach((n, t) -> state.put(prefix + n, t));
        });
    return state;
  }

  /**
   * Copies the values of {@code state} into the tensors of the same names and shapes, and reports
   * all that did not fit. Call {@code orThrow()} on the report unless a partial load is meant.
   */
  public final LoadReport load(StateDict state) {
    return LoadReport.load(stateDict(), state, name -> false);
  }

  /**
   * As {@link #load}, without copying: the network's tensors take over the memory of those in
   * {@code state} where they lie on the same device, as PyTorch's {@code assign=True} does. For a
   * state dict that nobody else uses, such as one just read from a file: what changes one of the
   * two later changes both. {@code network.adopt(Weights.load(file)).orThrow()}
   */
  public final LoadReport adopt(StateDict state) {
    return LoadReport.adopt(stateDict(), state, name -> false);
  }

  /** What {@link #load} would report; changes nothing. */
  public final LoadReport compare(StateDict state) {
    return LoadReport.compare(stateDict(), state, name -> false);
  }

  // ---- printing

  /** What the constructor was given, for {@link #toString}: {@code 3, 64, kernel [7, 7]}. */
  protected String describe() {
    return "";
  }

  /** The tree of layers, with the number of parameters first. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    print(out, "", "");
    return out.toString();
  }

  private void print(StringBuilder out, String indent, String label) {
    out.append(indent).append(label).append(getClass().getSimpleName());
    String details = describe();
    if (!details.isEmpty()) {
      out.append('(').append(details).append(')');
    }
    long count = numParameters();
    if (count > 0) {
      out.append(String.format(Locale.ROOT, " %,d parameters", count));
      long trainable = numTrainable();
      if (trainable == 0) {
        out.append(", frozen");
      } else if (trainable < count) {
        out.append(String.format(Locale.ROOT, ", %,d trainable", trainable));
      }
    }
    children.forEach((n, l) -> {
      out.append('\n');
      l.print(out, indent + "  ", "(" + n + ") ");
    });
  }
}
