package dev.graft.op;

import dev.graft.backend.ReductionKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/** What several gradients need. */
final class Gradients {
  private Gradients() {}

  /** Sums {@code grad} over the dimensions along which {@code shape} was broadcast. */
  static Tensor sumTo(Tensor grad, Shape shape) {
    if (grad.shape().equals(shape)) {
      return grad;
    }
    int lead = grad.rank() - shape.rank();
    boolean[] reduced = new boolean[grad.rank()];
    for (int i = 0; i < reduced.length; i++) {
      reduced[i] = i < lead || shape.dim(i - lead) == 1 && grad.dim(i) != 1;
    }
    return reduce(ReductionKernels.Kind.SUM, grad, reduced).viewAs(Layout.rowMajor(shape));
  }

  /** Reduces with size-1 dimensions kept; the result is row-major. */
  static Tensor reduce(ReductionKernels.Kind kind, Tensor x, boolean[] reduced) {
    int[] dims = x.shape().toArray();
    for (int i = 0; i < dims.length; i++) {
      dims[i] = reduced[i] ? 1 : dims[i];
    }
    Layout layout = Layout.rowMajor(Shape.of(dims));
    View out = new View(x.backend().allocate(layout.numel()), layout);
    x.backend().reductions().reduce(kind, x.view(), reduced, out);
    return Tensor.of(out);
  }

  /**
   * {@code x} in the memory order of {@code layout}: itself where it lies so already, else a copy
   * that goes back when the step ends, or sooner by {@link #release}.
   */
  static Tensor inOrder(Tensor x, Layout layout) {
    if (x.layout().sameOrder(layout)) {
      return x;
    }
    Tensor copy = x.copy(Layout.dense(x.shape(), layout));
    StepScope.made(copy.view().buffer());
    return copy;
  }

  /** Gives back what {@link #inOrder} made of {@code x}, if it made anything. */
  static void release(Tensor used, Tensor x) {
    if (used.view().buffer() != x.view().buffer()) {
      used.backend().release(used.view().buffer());
    }
  }
}
