package dev.graft.weights.onnx;

import dev.graft.op.PoolParams;
import dev.graft.plan.Graph;
import java.util.LinkedHashMap;
import java.util.Map;

/** Pooling. Windows that hang over the edge are written as padding on that side. */
final class Pools {
  private Pools() {}

  static String max(PoolParams p, Graph.Call call, Nodes nodes) {
    return nodes.node("MaxPool", attributes(p, call), nodes.value(call.input(0)));
  }

  static String average(PoolParams p, Graph.Call call, Nodes nodes) {
    Map<String, Object> attributes = attributes(p, call);
    long[] pads = (long[]) attributes.get("pads");
    if (p.countIncludePad() && (pads[2] != p.padH() || pads[3] != p.padW())) {
      throw nodes.refuse(
          "ceil mode with counted padding divides by other numbers in ONNX; pad first, or do not"
              + " count padding");
    }
    attributes.put("count_include_pad", p.countIncludePad() ? 1L : 0L);
    return nodes.node("AveragePool", attributes, nodes.value(call.input(0)));
  }

  private static Map<String, Object> attributes(PoolParams p, Graph.Call call) {
    int right = p.padW();
    int bottom = p.padH();
    if (p.ceilMode()) {
      bottom = overhang(call, 2, p.kernelH(), p.strideH(), p.padH());
      right = overhang(call, 3, p.kernelW(), p.strideW(), p.padW());
    }
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", Nodes.longs(p.kernelH(), p.kernelW()));
    attributes.put("strides", Nodes.longs(p.strideH(), p.strideW()));
    attributes.put("pads", Nodes.longs(p.padH(), p.padW(), bottom, right));
    return attributes;
  }

  /** The padding after the end with which the windows fit. */
  private static int overhang(Graph.Call call, int dim, int kernel, int stride, int pad) {
    int needed = (call.shape().dim(dim) - 1) * stride + kernel;
    return Math.max(0, needed - pad - call.input(0).shape().dim(dim));
  }

  static String adaptive(String kind, Graph.Call call, Nodes nodes) {
    String x = nodes.value(call.input(0));
    int height = call.input(0).shape().dim(2);
    int width = call.input(0).shape().dim(3);
    int outHeight = call.shape().dim(2);
    int outWidth = call.shape().dim(3);
    if (outHeight == 1 && outWidth == 1) {
      return nodes.node("Global" + kind + "Pool", x);
    }
    if (height % outHeight != 0 || width % outWidth != 0) {
      throw nodes.refuse(
          "windows of different sizes cannot be written: [%d, %d] to [%d, %d]; choose sizes that"
                  .formatted(height, width, outHeight, outWidth)
              + " divide");
    }
    long[] window = Nodes.longs(height / outHeight, width / outWidth);
    return nodes.node(kind + "Pool", Map.of("kernel_shape", window, "strides", window), x);
  }
}
