package dev.graft.weights.onnx;

import dev.graft.backend.BinaryKind;
import dev.graft.op.AdaptiveAvgPool2d;
import dev.graft.op.AdaptiveMaxPool2d;
import dev.graft.op.AvgPool2d;
import dev.graft.op.BatchNorm;
import dev.graft.op.BatchNormRelu;
import dev.graft.op.Binary;
import dev.graft.op.Cat;
import dev.graft.op.Contiguous;
import dev.graft.op.Conv2d;
import dev.graft.op.ConvParams;
import dev.graft.op.ConvTranspose2d;
import dev.graft.op.CumSum;
import dev.graft.op.Dropout;
import dev.graft.op.ElementLoss;
import dev.graft.op.Embedding;
import dev.graft.op.Expand;
import dev.graft.op.Extreme;
import dev.graft.op.Flip;
import dev.graft.op.Gather;
import dev.graft.op.GroupNorm;
import dev.graft.op.IndexSelect;
import dev.graft.op.Interpolate;
import dev.graft.op.LayerNorm;
import dev.graft.op.Linear;
import dev.graft.op.LogSumExp;
import dev.graft.op.Matmul;
import dev.graft.op.MaxPool2d;
import dev.graft.op.Nll;
import dev.graft.op.Norm;
import dev.graft.op.Op;
import dev.graft.op.Pad;
import dev.graft.op.Permute;
import dev.graft.op.Prod;
import dev.graft.op.Reshape;
import dev.graft.op.Roll;
import dev.graft.op.Slice;
import dev.graft.op.Softmax;
import dev.graft.op.Sum;
import dev.graft.op.Unary;
import dev.graft.op.Variance;
import dev.graft.op.Where;
import dev.graft.plan.Graph;
import dev.graft.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which ONNX operators compute what an operation of ours does. */
final class Operators {
  private Operators() {}

  /**
   * Adds a call's nodes; the name of the value that holds its result.
   *
   * @throws IllegalArgumentException if there are none that do the same
   */
  static String convert(Graph.Call call, Nodes nodes) {
    String[] in = call.inputs().stream().map(nodes::value).toArray(String[]::new);
    int rank = call.input(0).shape().rank();
    return switch (call.op()) {
      case Conv2d c -> nodes.node("Conv", conv(c.params(), call.input(1).shape()), in);
      case ConvTranspose2d c -> {
        Map<String, Object> attributes = conv(c.params(), call.input(1).shape());
        attributes.put("output_padding", Nodes.longs(c.outputPadH(), c.outputPadW()));
        yield nodes.node("ConvTranspose", attributes, in);
      }
      case BatchNorm b -> nodes.node("BatchNormalization", Map.of("epsilon", b.eps()), in);
      case LayerNorm n -> Normalizations.layerNorm(n, rank, nodes, in);
      case GroupNorm n -> Normalizations.groupNorm(n, call, nodes, in);
      case Unary u -> UnaryOperators.convert(u, nodes, in[0]);
      case Binary b -> binary(b.kind(), nodes, in);
      case Linear l -> linear(rank, nodes, in);
      case Matmul m -> nodes.node("MatMul", in);
      case Softmax s -> {
        Map<String, Object> axis = Map.of("axis", (long) call.shape().axis(s.dim()));
        yield nodes.node(s.log() ? "LogSoftmax" : "Softmax", axis, in);
      }
      case MaxPool2d p -> Pools.max(p.params(), call, nodes);
      case AvgPool2d p -> Pools.average(p.params(), call, nodes);
      case AdaptiveAvgPool2d p -> Pools.adaptive("Average", call, nodes);
      case AdaptiveMaxPool2d p -> Pools.adaptive("Max", call, nodes);
      case Sum s when s.mean() -> reduce("ReduceMean", s.dims(), s.keepDim(), call, nodes);
      case Sum s -> sum(s, call, nodes);
      case Extreme e ->
          reduce(e.smallest() ? "ReduceMin" : "ReduceMax", e.dims(), e.keepDim(), call, nodes);
      case LogSumExp l -> reduce("ReduceLogSumExp", l.dims(), l.keepDim(), call, nodes);
      case Prod p -> reduce("ReduceProd", List.of(p.dim()), p.keepDim(), call, nodes);
      case Reshape r -> Shapes.reshape(call, nodes, in[0]);
      case Permute p -> {
        long[] order = p.order().stream().mapToLong(call.input(0).shape()::axis).toArray();
        yield nodes.node("Transpose", Map.of("perm", order), in);
      }
      case Slice s -> Shapes.slice(s, call, nodes, in[0]);
      case Flip f -> Shapes.flip(f, call, nodes, in[0]);
      case Expand e -> Shapes.expand(call, nodes, in[0]);
      case Pad p -> Shapes.pad(p, rank, nodes, in[0]);
      case Cat c -> nodes.node("Concat", Map.of("axis", (long) call.shape().axis(c.dim())), in);
      case Where w -> {
        String condition = nodes.node("Cast", Map.of("to", 9L), in[2]); // 9: bool
        yield nodes.node("Where", condition, in[0], in[1]);
      }
      case CumSum c -> nodes.node("CumSum", in[0], nodes.integers(call.shape().axis(c.dim())));
      // Nothing changes but the order in memory, which ONNX does not have; dropout is off.
      case Contiguous c -> in[0];
      case Dropout d -> in[0];
      case BatchNormRelu b -> throw unknown(b, nodes);
      case Embedding e -> throw unknown(e, nodes);
      case Gather g -> throw unknown(g, nodes);
      case IndexSelect i -> throw unknown(i, nodes);
      case Interpolate i -> throw unknown(i, nodes);
      case Norm n -> throw unknown(n, nodes);
      case Roll r -> throw unknown(r, nodes);
      case Variance v -> throw unknown(v, nodes);
      case Nll n -> throw unknown(n, nodes);
      case ElementLoss l -> throw unknown(l, nodes);
    };
  }

  private static IllegalArgumentException unknown(Op op, Nodes nodes) {
    return nodes.refuse(
        "cannot be written; leave it out of the exported pass, or express it by other operations");
  }

  private static Map<String, Object> conv(ConvParams p, Shape weight) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", Nodes.longs(weight.dim(2), weight.dim(3)));
    attributes.put("strides", Nodes.longs(p.strideH(), p.strideW()));
    attributes.put("pads", Nodes.longs(p.padH(), p.padW(), p.padH(), p.padW()));
    attributes.put("dilations", Nodes.longs(p.dilationH(), p.dilationW()));
    attributes.put("group", (long) p.groups());
    return attributes;
  }

  private static String binary(BinaryKind kind, Nodes nodes, String... in) {
    return switch (kind) {
      case ADD -> nodes.node("Add", in);
      case SUB -> nodes.node("Sub", in);
      case MUL -> nodes.node("Mul", in);
      case DIV -> nodes.node("Div", in);
      case MAXIMUM -> nodes.node("Max", in);
      case MINIMUM -> nodes.node("Min", in);
      case PRELU -> nodes.node("PRelu", in);
      case EQ -> number(nodes, nodes.node("Equal", in));
      case NE -> number(nodes, nodes.node("Not", nodes.node("Equal", in)));
      case GT -> number(nodes, nodes.node("Greater", in));
      case GE -> number(nodes, nodes.node("GreaterOrEqual", in));
      case LT -> number(nodes, nodes.node("Less", in));
      case LE -> number(nodes, nodes.node("LessOrEqual", in));
    };
  }

  /** 1 and 0 for true and false. */
  private static String number(Nodes nodes, String truth) {
    return nodes.node("Cast", Map.of("to", 1L), truth); // 1: float
  }

  private static String linear(int rank, Nodes nodes, String... in) {
    if (rank == 2) {
      return nodes.node("Gemm", Map.of("transB", 1L), in);
    }
    String weight = nodes.node("Transpose", Map.of("perm", new long[] {1, 0}), in[1]);
    String product = nodes.node("MatMul", in[0], weight);
    return in.length > 2 ? nodes.node("Add", product, in[2]) : product;
  }

  private static long[] axes(List<Integer> dims, Shape x) {
    List<Integer> all = new ArrayList<>(dims);
    for (int i = 0; dims.isEmpty() && i < x.rank(); i++) {
      all.add(i);
    }
    return all.stream().mapToLong(x::axis).toArray();
  }

  private static String reduce(
      String type, List<Integer> dims, boolean keep, Graph.Call call, Nodes nodes) {
    Graph.Value x = call.input(0);
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("axes", axes(dims, x.shape()));
    attributes.put("keepdims", keep ? 1L : 0L);
    return nodes.node(type, attributes, nodes.value(x));
  }

  /** From opset 13 on the axes of this one are an input. */
  private static String sum(Sum s, Graph.Call call, Nodes nodes) {
    Graph.Value x = call.input(0);
    String axes = nodes.integers(axes(s.dims(), x.shape()));
    Map<String, Object> keep = Map.of("keepdims", s.keepDim() ? 1L : 0L);
    return nodes.node("ReduceSum", keep, nodes.value(x), axes);
  }
}
