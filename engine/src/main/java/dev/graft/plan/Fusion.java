package dev.graft.plan;

import dev.graft.backend.Backend;
import dev.graft.backend.View;
import dev.graft.op.BatchNorm;
import dev.graft.op.Binary;
import dev.graft.op.Conv2d;
import dev.graft.op.Linear;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/** What passes ask of calls. */
final class Fusion {
  private Fusion() {}

  /** Whether the operation's inputs from number {@code first} on are constants. */
  static boolean hasConstants(Graph.Call call, int first) {
    for (int i = first; i < call.arity(); i++) {
      if (!(call.input(i) instanceof Graph.Constant)) {
        return false;
      }
    }
    return true;
  }

  /** A convolution whose weights can be packed ahead. */
  static boolean isPrepared(Graph.Call call) {
    return call.op() instanceof Conv2d && hasConstants(call, 1);
  }

  /** Whether the step of this call can end with a ReLU. */
  static boolean endsWithRelu(Graph.Call call) {
    return switch (call.op()) {
      case Conv2d _, Linear _, BatchNorm _ -> hasConstants(call, 1);
      case Binary _ -> true;
      default -> false;
    };
  }

  /** Around an array that nobody else has. */
  static Graph.Constant constant(float[] values, Shape shape, Backend backend) {
    return new Graph.Constant(Tensor.of(new View(backend.wrap(values), Layout.rowMajor(shape))));
  }
}
