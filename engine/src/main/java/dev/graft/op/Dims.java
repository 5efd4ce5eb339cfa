package dev.graft.op;

import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import java.util.Arrays;

/** The dimensions of a reduction: which, and what shape is left. */
final class Dims {
  private Dims() {}

  /** A flag per dimension; no dims at all means every one, as in PyTorch. */
  static boolean[] reduced(String op, Shape x, int[] dims) {
    boolean[] reduced = new boolean[x.rank()];
    if (dims.length == 0) {
      Arrays.fill(reduced, true);
    }
    for (int d : dims) {
      int axis = x.axis(d);
      if (reduced[axis]) {
        throw ShapeException.of("%s: dimension %d appears twice", op, axis);
      }
      reduced[axis] = true;
    }
    return reduced;
  }

  static Shape result(Shape x, boolean[] reduced, boolean keepDim) {
    int[] out = new int[x.rank()];
    int n = 0;
    for (int i = 0; i < out.length; i++) {
      if (!reduced[i]) {
        out[n++] = x.dim(i);
      } else if (keepDim) {
        out[n++] = 1;
      }
    }
    return Shape.of(Arrays.copyOf(out, n));
  }

  /** The number of elements that go into each result. */
  static int count(Shape x, boolean[] reduced) {
    int count = 1;
    for (int i = 0; i < reduced.length; i++) {
      count *= reduced[i] ? x.dim(i) : 1;
    }
    return count;
  }
}
