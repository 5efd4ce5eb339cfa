package dev.graft.weights.onnx;

import dev.graft.op.GroupNorm;
import dev.graft.op.LayerNorm;
import dev.graft.plan.Graph;
import java.util.Arrays;
import java.util.Map;

/** Layer and group norm, which opset 13 does not have, by operators that it has. */
final class Normalizations {
  private Normalizations() {}

  /** (x − mean)/√(mean((x − mean)²) + eps), then weight and bias. */
  static String layerNorm(LayerNorm n, int rank, Nodes nodes, String... in) {
    long[] axes = new long[n.normalizedShape().rank()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = rank - axes.length + i;
    }
    Map<String, Object> lastAxes = Map.of("axes", axes, "keepdims", 1L);
    String centred = nodes.node("Sub", in[0], nodes.node("ReduceMean", lastAxes, in[0]));
    String variance = nodes.node("ReduceMean", lastAxes, nodes.node("Mul", centred, centred));
    String deviation = nodes.node("Sqrt", nodes.node("Add", variance, nodes.number(n.eps())));
    String y = nodes.node("Div", centred, deviation);
    y = in.length > 1 ? nodes.node("Mul", y, in[1]) : y;
    return in.length > 2 ? nodes.node("Add", y, in[2]) : y;
  }

  /** Each group as one channel of an instance norm; then weight and bias by channel. */
  static String groupNorm(GroupNorm n, Graph.Call call, Nodes nodes, String... in) {
    String grouped =
        nodes.node("Reshape", in[0], nodes.integers(0, n.groups(), -1)); // 0: as in the input
    String y =
        nodes.node(
            "InstanceNormalization",
            Map.of("epsilon", n.eps()),
            grouped,
            nodes.numbers(1, n.groups()),
            nodes.numbers(0, n.groups()));
    y = Shapes.reshape(nodes.sizes(call), nodes, y);
    int[] perChannel = new int[call.shape().rank() - 1];
    Arrays.fill(perChannel, 1);
    perChannel[0] = call.shape().dim(1);
    y = in.length > 1 ? nodes.node("Mul", y, Shapes.reshape(perChannel, nodes, in[1])) : y;
    return in.length > 2 ? nodes.node("Add", y, Shapes.reshape(perChannel, nodes, in[2])) : y;
  }
}
