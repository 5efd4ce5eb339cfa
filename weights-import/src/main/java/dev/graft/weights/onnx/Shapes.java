package dev.graft.weights.onnx;

import dev.graft.op.Flip;
import dev.graft.op.Pad;
import dev.graft.op.Slice;
import dev.graft.plan.Graph;
import java.util.Arrays;

/** Operations that move elements and compute nothing. */
final class Shapes {
  private Shapes() {}

  /** One size may be open: ONNX works it out where it reads −1, which is our sign too. */
  static String reshape(Graph.Call call, Nodes nodes, String x) {
    return reshape(nodes.sizes(call), nodes, x);
  }

  static String reshape(int[] sizes, Nodes nodes, String x) {
    if (Arrays.stream(sizes).filter(size -> size == OnnxModel.BATCH).count() > 1) {
      throw nodes.refuse("more than one size goes with the batch; leave the batch fixed");
    }
    return nodes.node("Reshape", x, nodes.integers(Nodes.longs(sizes)));
  }

  static String slice(Slice s, Graph.Call call, Nodes nodes, String x) {
    int axis = call.input(0).shape().axis(s.dim());
    boolean open = nodes.sizes(call.input(0))[axis] == OnnxModel.BATCH;
    if (open && nodes.sizes(call)[axis] == OnnxModel.BATCH) {
      boolean toEnd = s.end() == call.input(0).shape().dim(axis);
      if (!toEnd) {
        throw nodes.refuse("cuts at a place that goes with the batch; leave the batch fixed");
      }
      return slice(nodes, x, s.start(), Long.MAX_VALUE, axis, s.step());
    }
    return slice(nodes, x, s.start(), s.end(), axis, s.step());
  }

  private static String slice(Nodes nodes, String x, long start, long end, int axis, long step) {
    return nodes.node(
        "Slice",
        x,
        nodes.integers(start),
        nodes.integers(end),
        nodes.integers(axis),
        nodes.integers(step));
  }

  /** From the last to the first, by steps of −1. */
  static String flip(Flip f, Graph.Call call, Nodes nodes, String x) {
    String y = x;
    for (int dim : f.dims()) {
      y = slice(nodes, y, -1, Long.MIN_VALUE, call.shape().axis(dim), -1);
    }
    return y;
  }

  /** ONNX keeps the larger of both sizes, so a 1 leaves a size as it is. */
  static String expand(Graph.Call call, Nodes nodes, String x) {
    int[] from = nodes.sizes(call.input(0));
    int[] to = nodes.sizes(call);
    for (int i = 0; i < to.length; i++) {
      int source = i - (to.length - from.length);
      if (source >= 0 && from[source] == to[i]) {
        to[i] = 1;
      } else if (to[i] == OnnxModel.BATCH) {
        throw nodes.refuse("repeats as often as the batch is large; leave the batch fixed");
      }
    }
    return nodes.node("Expand", x, nodes.integers(Nodes.longs(to)));
  }

  static String pad(Pad p, int rank, Nodes nodes, String x) {
    long[] pads = new long[2 * rank];
    pads[rank - 2] = p.top();
    pads[rank - 1] = p.left();
    pads[2 * rank - 2] = p.bottom();
    pads[2 * rank - 1] = p.right();
    return nodes.node("Pad", x, nodes.integers(pads), nodes.number(p.value()));
  }
}
