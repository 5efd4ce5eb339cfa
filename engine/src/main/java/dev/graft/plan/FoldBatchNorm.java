package dev.graft.plan;

import dev.graft.op.BatchNorm;
import dev.graft.op.Conv2d;
import dev.graft.op.Linear;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Batch norm right after a convolution, or after a linear layer of rows, goes into its weights:
 * {@code w' = w·s, b' = (b − mean)·s + beta} with {@code s = gamma/√(var + eps)}, in double
 * precision. One that has no such layer before it stays, as a step by channel.
 */
final class FoldBatchNorm implements Pass {
  @Override
  public Graph apply(Graph graph) {
    Map<Graph.Value, Integer> uses = graph.uses();
    Rewriter rewriter = new Rewriter(graph);
    for (Graph.Call call : graph.calls()) {
      if (call.op() instanceof BatchNorm norm
          && uses.get(call.input(0)) == 1
          && rewriter.of(call.input(0)) instanceof Graph.Call before
          && Fusion.hasConstants(call, 1)
          && takes(before)) {
        rewriter.replace(call, folded(before, call, norm.eps()));
      } else {
        rewriter.keep(call);
      }
    }
    return rewriter.result();
  }

  private static boolean takes(Graph.Call call) {
    boolean product =
        call.op() instanceof Conv2d || (call.op() instanceof Linear && call.shape().rank() == 2);
    return product && Fusion.hasConstants(call, 1);
  }

  private static Graph.Call folded(Graph.Call product, Graph.Call norm, float eps) {
    Tensor weight = constant(product, 1);
    float[] gamma = constant(norm, 1).toArray();
    float[] beta = constant(norm, 2).toArray();
    float[] mean = constant(norm, 3).toArray();
    float[] var = constant(norm, 4).toArray();
    float[] bias = product.arity() > 2 ? constant(product, 2).toArray() : new float[gamma.length];
    double[] scales = new double[gamma.length];
    for (int c = 0; c < gamma.length; c++) {
      double scale = gamma[c] / Math.sqrt((double) var[c] + eps);
      scales[c] = scale;
      bias[c] = (float) (((double) bias[c] - mean[c]) * scale + beta[c]);
    }
    return new Graph.Call(
        product.op(),
        List.of(
            product.input(0),
            new Graph.Constant(weight, scales),
            Fusion.constant(bias, constant(norm, 1).shape(), weight.backend())),
        Graph.Epilogue.NONE,
        product.shape(),
        product.path());
  }

  private static Tensor constant(Graph.Call call, int i) {
    return ((Graph.Constant) call.input(i)).tensor();
  }
}
