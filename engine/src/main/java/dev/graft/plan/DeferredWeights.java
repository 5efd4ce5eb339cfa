package dev.graft.plan;

import dev.graft.backend.ConvKernels;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.View;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * Weights that are not in memory when a plan is made: what gets packed passes through one array,
 * one after the other, and only what the plan's runs read themselves comes into memory for good. So
 * a network whose weights are read for the sake of a plan takes them once.
 */
final class DeferredWeights {
  private final int longest;
  private HostBuffer passage;

  DeferredWeights(Graph graph) {
    ConvKernels kernels = graph.backend().conv();
    int length = 0;
    for (Graph.Call call : graph.calls()) {
      boolean packed = ProductSteps.packedRoom(call, kernels) > 0;
      List<Graph.Value> inputs = call.inputs();
      for (int i = 0; i < inputs.size(); i++) {
        if (inputs.get(i) instanceof Graph.Constant constant && isDeferred(constant.unscaled())) {
          if (packed && i == 1) {
            length = Math.max(length, constant.unscaled().view().buffer().length());
          } else {
            constant.unscaled().view().array();
          }
        }
      }
    }
    longest = length;
  }

  /** The tensor's values, until the next call. */
  View values(Tensor weight) {
    View view = weight.view();
    if (!isDeferred(weight)) {
      return view;
    }
    if (passage == null) {
      passage = new HostBuffer(new float[longest], weight.backend());
    }
    view.buffer().read(0, passage.array(), 0, view.buffer().length());
    return new View(passage, view.layout());
  }

  private static boolean isDeferred(Tensor weight) {
    return weight.view().buffer() instanceof HostBuffer buffer && buffer.isDeferred();
  }
}
