package dev.graft.tensor;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.backend.Buffer;
import dev.graft.backend.Device;
import dev.graft.backend.View;
import dev.graft.op.Backward;
import dev.graft.op.Contiguous;
import dev.graft.op.Node;
import dev.graft.op.StepScope;

/**
 * A float32 array of any number of dimensions that knows how it was computed. Operations return new
 * tensors; where an input requires gradients they are recorded, and {@link #backward()} fills in
 * {@link #grad()} of the leaves. {@code Tensor.of(new float[] {1, -2}, 2).relu()}
 */
public final class Tensor extends TensorMath {
  private View view;
  private Node node;
  private boolean requiresGrad;
  private Tensor grad;
  private boolean gradIsOwn;

  private Tensor(View view) {
    this.view = view;
  }

  // ---- making tensors

  /** Around a view; for backends and ops. */
  public static Tensor of(View view) {
    return new Tensor(view);
  }

  /**
   * A copy of {@code data} in row-major order. {@code Tensor.of(new float[] {1, 2, 3, 4}, 2, 2)}
   *
   * @throws ShapeException if the number of values is not the product of {@code dims}
   */
  public static Tensor of(float[] data, int... dims) {
    Shape shape = Shape.of(dims);
    if (data.length != shape.numel()) {
      throw ShapeException.of(
          "tensor: %d values do not fill shape %s (%d elements)",
          data.length, shape, shape.numel());
    }
    return new Tensor(new View(Backends.cpu().wrap(data.clone()), Layout.rowMajor(shape)));
  }

  /** A matrix from its rows, which must have equal lengths. */
  public static Tensor of(float[][] rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    float[] data = new float[rows.length * columns];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != columns) {
        throw ShapeException.of(
            "tensor: row %d has %d values, row 0 has %d", i, rows[i].length, columns);
      }
      System.arraycopy(rows[i], 0, data, i * columns, columns);
    }
    return of(data, rows.length, columns);
  }

  public static Tensor scalar(float value) {
    return of(new float[] {value});
  }

  public static Tensor zeros(int... dims) {
    return full(0, dims);
  }

  public static Tensor ones(int... dims) {
    return full(1, dims);
  }

  public static Tensor full(float value, int... dims) {
    Layout layout = Layout.rowMajor(Shape.of(dims));
    Buffer buffer = Backends.cpu().allocateZeroed(layout.numel());
    Tensor t = new Tensor(new View(buffer, layout));
    if (value != 0) {
      t.backend().copies().fill(t.view, value);
    }
    return t;
  }

  /** 0, 1, … n−1. */
  public static Tensor arange(int n) {
    float[] data = new float[n];
    for (int i = 0; i < n; i++) {
      data[i] = i;
    }
    return of(data, n);
  }

  /** The n×n identity matrix. */
  public static Tensor eye(int n) {
    float[] data = new float[n * n];
    for (int i = 0; i < n; i++) {
      data[i * n + i] = 1;
    }
    return of(data, n, n);
  }

  // ---- looking at them

  @Override
  public Shape shape() {
    return view.shape();
  }

  @Override
  public int rank() {
    return view.shape().rank();
  }

  /** The size of dimension {@code i}; negative {@code i} counts from the end. */
  @Override
  public int dim(int i) {
    return view.shape().dim(i);
  }

  @Override
  public int numel() {
    return view.numel();
  }

  public Layout layout() {
    return view.layout();
  }

  /** Buffer and layout; for kernels. */
  public View view() {
    return view;
  }

  public Backend backend() {
    return view.buffer().backend();
  }

  /** The values in row-major order, copied. */
  public float[] toArray() {
    float[] out = new float[numel()];
    if (layout().isRowMajor()) {
      view.buffer().read(view.offset(), out, 0, out.length);
      return out;
    }
    return copy(Layout.rowMajor(shape())).toArray();
  }

  /**
   * The only value.
   *
   * @throws ShapeException if there are more or none
   */
  public float item() {
    if (numel() != 1) {
      throw ShapeException.of("item: needs a tensor of one element: shape %s", shape());
    }
    return toArray()[0];
  }

  /** The value at an index, one number per dimension. */
  public float get(int... index) {
    if (index.length != rank()) {
      throw ShapeException.of("get: %d indices for shape %s", index.length, shape());
    }
    int at = view.offset();
    for (int i = 0; i < index.length; i++) {
      if (index[i] < 0 || index[i] >= dim(i)) {
        throw ShapeException.of("get: index %d is out of range 0 … %d", index[i], dim(i) - 1);
      }
      at += index[i] * layout().stride(i);
    }
    float[] value = new float[1];
    view.buffer().read(at, value, 0, 1);
    return value[0];
  }

  /** Shape first, then values as PyTorch prints them. */
  @Override
  public String toString() {
    return TensorFormat.format(this);
  }

  // ---- gradients

  /** Marks this leaf as one whose gradient is wanted; returns this. */
  public Tensor requireGrad() {
    return requireGrad(true);
  }

  public Tensor requireGrad(boolean wanted) {
    if (node != null && !wanted) {
      throw new IllegalStateException(
          "requireGrad: only leaves can be changed, this is the result of "
              + node.op().name()
              + "; use detach()");
    }
    requiresGrad = wanted;
    return this;
  }

  public boolean requiresGrad() {
    return requiresGrad;
  }

  /** The accumulated gradient of a leaf, or null. */
  public Tensor grad() {
    gradIsOwn = false; // whoever has it may keep it
    return grad;
  }

  public void setGrad(Tensor gradient) {
    if (gradient != null) {
      gradient.keep();
    }
    grad = gradient;
    gradIsOwn = false;
  }

  /** For backward: a gradient that nobody else holds. */
  public void setOwnGrad(Tensor gradient) {
    setGrad(gradient);
    gradIsOwn = true;
  }

  /** For optimisers: as {@link #grad()}, by callers who do not keep it. */
  public Tensor gradForUpdate() {
    return grad;
  }

  /**
   * {@link #grad()} becomes null. Its memory goes back to the backend, for the next gradient,
   * unless somebody has ever asked for it.
   */
  public void forgetGrad() {
    if (grad != null && gradIsOwn) {
      grad.backend().release(grad.view.buffer());
    }
    setGrad(null);
  }

  /** The recorded operation that made this tensor, or null. */
  public Node node() {
    return node;
  }

  /** For {@link Node}: this tensor as the recorded result of {@code maker}. */
  public Tensor recordedBy(Node maker) {
    Tensor result = node == null && !requiresGrad ? this : new Tensor(view);
    result.node = maker;
    result.requiresGrad = true;
    return result;
  }

  /**
   * Computes the gradients of this scalar with respect to every leaf that requires one, and adds
   * them to their {@link #grad()}. The graph is consumed.
   *
   * @throws IllegalStateException if this is not a scalar, or nothing under it requires gradients
   */
  public void backward() {
    if (numel() != 1) {
      throw new IllegalStateException(
          "backward: needs a scalar: shape " + shape() + "; reduce it first, or pass a gradient");
    }
    backward(full(1, shape().toArray()).to(backend()));
  }

  /** As {@link #backward()}, from a given gradient of this tensor, which has its shape. */
  public void backward(Tensor gradOutput) {
    if (!gradOutput.shape().equals(shape())) {
      throw ShapeException.of(
          "backward: gradient %s does not have the tensor's shape %s", gradOutput.shape(), shape());
    }
    if (!requiresGrad) {
      throw new IllegalStateException(
          "backward: nothing requires a gradient; call requireGrad() on a leaf, outside noGrad");
    }
    if (node == null) {
      gradIsOwn = false;
      grad = grad == null ? gradOutput : Autograd.noGrad(() -> grad.add(gradOutput));
      return;
    }
    Backward.run(node, gradOutput);
  }

  /** The same values without history. */
  public Tensor detach() {
    return new Tensor(view);
  }

  // ---- memory

  /**
   * This tensor stays usable after the {@link Autograd#step} in which it was made; returns this.
   */
  public Tensor keep() {
    StepScope.keep(this);
    return this;
  }

  /** The same buffer through another layout, without history; for ops. */
  public Tensor viewAs(Layout layout) {
    return new Tensor(view.with(layout));
  }

  /** A copy in a given dense layout, without history. */
  public Tensor copy(Layout layout) {
    Tensor out = new Tensor(backend().allocate(layout));
    backend().copies().copy(view, out.view);
    return out;
  }

  /** This tensor if its elements fill a contiguous range, else a row-major copy; no history. */
  public Tensor dense() {
    return layout().isDense() ? this : copy(Layout.rowMajor(shape()));
  }

  /** This tensor if it is row-major, else a row-major copy. */
  public Tensor contiguous() {
    return layout().isRowMajor() ? this : Node.apply(new Contiguous(false), this);
  }

  /** This tensor [n, c, h, w] with neighbouring channels next to each other in memory. */
  public Tensor channelsLast() {
    return layout().isChannelsLast() ? this : Node.apply(new Contiguous(true), this);
  }

  /** A copy on another backend, without history; this if it lies there already. */
  public Tensor to(Backend target) {
    if (target == backend()) {
      return this;
    }
    return new Tensor(new View(target.wrap(toArray()), Layout.rowMajor(shape())));
  }

  /** A copy on a device, without history; this if it lies there already. */
  public Tensor to(Device device) {
    return to(device.backend());
  }

  /**
   * Moves this leaf itself, and its gradient, to where {@code copy} lies, whose values it takes
   * over: for layers and optimisers, whose tensors keep their identity.
   *
   * @throws IllegalStateException if this is the result of an operation
   */
  public void moveTo(Tensor copy) {
    if (node != null) {
      throw new IllegalStateException(
          "moveTo: only leaves can be moved, this is the result of " + node.op().name());
    }
    if (!copy.shape().equals(shape())) {
      throw ShapeException.of(
          "moveTo: a copy %s does not have the tensor's shape %s", copy.shape(), shape());
    }
    setGrad(grad == null ? null : grad.to(copy.backend()));
    view = copy.view;
  }

  /**
   * Overwrites the values, given in row-major order. For parameters and buffers between steps: a
   * recorded graph that still needs the old values would compute wrong gradients.
   */
  public void assign(float[] values) {
    if (values.length != numel()) {
      throw ShapeException.of("assign: %d values for shape %s", values.length, shape());
    }
    if (layout().isRowMajor()) {
      view.buffer().write(view.offset(), values, 0, values.length);
    } else {
      Tensor source = of(values, shape().toArray()).to(backend());
      backend().copies().copy(source.view, view);
    }
    view.buffer().changed();
  }

  /** As {@link #assign(float[])}, from a tensor of the same shape, without an array in between. */
  public void assign(Tensor source) {
    if (!source.shape().equals(shape())) {
      throw ShapeException.of("assign: values %s for shape %s", source.shape(), shape());
    }
    backend().copies().copy(source.to(backend()).view, view);
    view.buffer().changed();
  }
}
