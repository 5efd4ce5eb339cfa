package dev.graft.op;

import dev.graft.backend.Backend;
import dev.graft.backend.View;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.Arrays;

/** One recorded application of an {@link Op}: its inputs, and what forward kept for backward. */
public final class Node {
  private final Op op;
  private final Shape outputShape;
  private final Backend backend;
  private final Shape[] inputShapes;
  private final Node[] producers;
  private final Tensor[] leaves;
  private Tensor[] inputs;
  private Object[] saved = {};
  private boolean ownsSaved;
  private boolean ownsGradient;
  private Tensor[] pending;
  private Origin origin;

  private Node(Op op, Shape outputShape, Tensor[] inputs, boolean recording) {
    this.op = op;
    this.outputShape = outputShape;
    this.inputs = inputs;
    this.backend = inputs[0].backend();
    this.inputShapes = new Shape[inputs.length];
    this.producers = new Node[inputs.length];
    this.leaves = new Tensor[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      inputShapes[i] = inputs[i].shape();
      if (recording && inputs[i].requiresGrad()) {
        producers[i] = inputs[i].node();
        leaves[i] = producers[i] == null ? inputs[i] : null;
      }
    }
  }

  /**
   * Applies {@code op}: checks, computes, and records where an input requires a gradient.
   *
   * @throws dev.graft.tensor.ShapeException if the inputs do not fit
   * @throws IllegalArgumentException if the inputs lie on different backends
   */
  public static Tensor apply(Op op, Tensor... inputs) {
    Shape[] shapes = new Shape[inputs.length];
    boolean wanted = false;
    for (int i = 0; i < inputs.length; i++) {
      shapes[i] = inputs[i].shape();
      wanted |= inputs[i].requiresGrad();
      if (inputs[i].backend() != inputs[0].backend()) {
        throw new IllegalArgumentException(
            op.name()
                + ": inputs lie on different backends: "
                + inputs[0].backend().name()
                + " and "
                + inputs[i].backend().name()
                + "; move one with to(…)");
      }
    }
    boolean recording = wanted && Autograd.isRecording();
    Node node = new Node(op, op.outputShape(shapes), inputs.clone(), recording);
    Watcher watcher = Watcher.current();
    if (watcher == null) {
      return node.run(recording);
    }
    Tensor given = watcher.instead(node, inputs);
    Tensor result = given != null ? given : Watcher.unwatched(() -> node.run(recording));
    watcher.applied(node, inputs, result);
    return result;
  }

  private Tensor run(boolean recording) {
    if (!recording) {
      return op.forward(this);
    }
    Tensor result = Autograd.noGrad(() -> op.forward(this));
    for (int i = 0; i < inputs.length; i++) {
      if (!op.keepsInput(i)) {
        inputs[i] = null;
      }
    }
    return result.recordedBy(this);
  }

  public Op op() {
    return op;
  }

  public Shape outputShape() {
    return outputShape;
  }

  /** How many multiply-adds its products or convolution made. */
  public long multiplyAdds() {
    return op.multiplyAdds(inputShapes, outputShape);
  }

  public Backend backend() {
    return backend;
  }

  public int arity() {
    return inputShapes.length;
  }

  public Shape inputShape(int i) {
    return inputShapes[i];
  }

  public Tensor input(int i) {
    return inputs[i];
  }

  /** Input {@code i} as kernels see it. */
  public View view(int i) {
    return inputs[i].view();
  }

  /** True if input {@code i} takes part in the gradient. */
  public boolean needsGrad(int i) {
    return producers[i] != null || leaves[i] != null;
  }

  /** True if any input takes part in the gradient: forward then keeps what backward needs. */
  public boolean isRecording() {
    for (int i = 0; i < producers.length; i++) {
      if (needsGrad(i)) {
        return true;
      }
    }
    return false;
  }

  /** The node that made input {@code i}, or null. */
  Node producer(int i) {
    return producers[i];
  }

  /** Input {@code i} if it is a leaf that requires a gradient, else null. */
  Tensor leaf(int i) {
    return leaves[i];
  }

  /** Keeps values for backward. */
  public void save(Object... values) {
    saved = values;
  }

  /**
   * Keeps tensors for backward that nobody but this node ever sees, neither in its output nor in
   * its gradients: their buffers go back to the backend once backward has used them.
   */
  public void saveOwn(Tensor... values) {
    saved = values;
    ownsSaved = true;
  }

  /** Whether what was saved is this node's alone. */
  boolean ownsSaved() {
    return ownsSaved;
  }

  /** What was saved. */
  Object[] saved() {
    return saved;
  }

  @SuppressWarnings("unchecked")
  public <T> T saved(int i) {
    return (T) saved[i];
  }

  /** What backward may write to: see {@link #ownsGradient} and {@link #pendingGradient}. */
  void lend(boolean ownGradient, Tensor[] pendingGradients) {
    ownsGradient = ownGradient;
    pending = pendingGradients;
  }

  /**
   * In backward: whether nothing else reads the gradient of the output any more, so that a gradient
   * of an input may take its place.
   */
  public boolean ownsGradient() {
    return ownsGradient;
  }

  /**
   * In backward: the gradient that other consumers gave to input {@code i}, where its buffer may be
   * written; else null. An operation that adds its part to it returns this tensor as the part.
   */
  public Tensor pendingGradient(int i) {
    return pending == null ? null : pending[i];
  }

  /** A new tensor, contents unspecified, with the given dense layout. */
  public Tensor allocate(Layout layout) {
    View view = backend.allocate(layout);
    StepScope.made(view.buffer());
    return Tensor.of(view);
  }

  /** Where the operation was applied, if anomaly mode was on; else null. */
  Origin origin() {
    return origin;
  }

  void setOrigin(Origin where) {
    origin = where;
  }

  /** Forgets inputs and saved values; a later backward through this node is refused. */
  void consume() {
    inputs = null;
    saved = null;
    pending = null;
    Arrays.fill(producers, null);
    Arrays.fill(leaves, null);
  }

  boolean isConsumed() {
    return inputs == null;
  }

  @Override
  public String toString() {
    return op.name() + Arrays.toString(inputShapes) + " -> " + outputShape;
  }
}
