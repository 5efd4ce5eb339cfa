package dev.graft.weights.onnx;

import static dev.graft.tensor.Functional.adaptiveAvgPool2d;
import static dev.graft.tensor.Functional.adaptiveMaxPool2d;
import static dev.graft.tensor.Functional.avgPool2d;
import static dev.graft.tensor.Functional.conv2d;
import static dev.graft.tensor.Functional.convTranspose2d;
import static dev.graft.tensor.Functional.maxPool2d;

import dev.graft.op.ConvParams;
import dev.graft.op.CumSum;
import dev.graft.op.Extreme;
import dev.graft.op.Gather;
import dev.graft.op.InterpolateParams;
import dev.graft.op.Node;
import dev.graft.op.Norm;
import dev.graft.op.PoolParams;
import dev.graft.op.Prod;
import dev.graft.op.Where;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/** An operation on an input of a shape. */
record OperatorRow(String name, Shape input, UnaryOperator<Tensor> forward) {
  private static final Shape IMAGES = Shape.of(2, 4, 7, 9);
  private static final Shape ROWS = Shape.of(3, 6);

  private static Tensor normal(int... dims) {
    return Tensor.randn(Rng.of(dims.length), dims);
  }

  private static final Tensor VECTOR = normal(4);
  private static final Tensor KERNEL = normal(6, 2, 3, 3);

  static final List<OperatorRow> WRITTEN =
      List.of(
          images(
              "conv2d",
              x ->
                  conv2d(
                      x,
                      KERNEL,
                      normal(6),
                      ConvParams.DEFAULT
                          .withStride(2, 1)
                          .withPadding(1, 2)
                          .withDilation(1, 2)
                          .withGroups(2))),
          images(
              "conv_transpose2d",
              x ->
                  convTranspose2d(
                      x, normal(4, 3, 3, 3), normal(3), ConvParams.DEFAULT.withStride(2), 1, 1)),
          images(
              "batch_norm",
              x ->
                  Functional.batchNorm(
                      x, VECTOR, VECTOR, VECTOR, VECTOR.abs(), false, 0.1f, 1e-3f)),
          images("group_norm", x -> Functional.groupNorm(x, 2, VECTOR, VECTOR, 1e-5f)),
          images("group_norm, bare", x -> Functional.groupNorm(x, 4, null, null, 1e-5f)),
          images(
              "layer_norm",
              x ->
                  Functional.layerNorm(
                      x, Shape.of(7, 9), normal(7, 9).reshape(7, 9), normal(7, 9), 1e-5f)),
          images("max_pool2d", x -> maxPool2d(x, PoolParams.of(3).withStride(2).withPadding(1))),
          images("max_pool2d, ceil", x -> maxPool2d(x, PoolParams.of(2).withCeilMode(true))),
          images("avg_pool2d", x -> avgPool2d(x, PoolParams.of(3).withStride(2).withPadding(1))),
          images(
              "avg_pool2d, ceil",
              x -> avgPool2d(x, PoolParams.of(2).withCeilMode(true).withCountIncludePad(false))),
          images("adaptive_avg_pool2d", x -> adaptiveAvgPool2d(x, 1, 1)),
          images("adaptive_avg_pool2d, 3 columns", x -> adaptiveAvgPool2d(x, 7, 3)),
          images("adaptive_max_pool2d", x -> adaptiveMaxPool2d(x, 1, 1)),
          images("adaptive_max_pool2d, 3 columns", x -> adaptiveMaxPool2d(x, 7, 3)),
          images("pad", x -> x.pad(1, 2, 0, 3, 0.5f)),
          images("permute", x -> x.permute(0, 2, 3, 1)),
          images("contiguous", x -> x.permute(0, 2, 3, 1).contiguous().relu()),
          images("channels_last", x -> x.channelsLast().relu()),
          images("slice", x -> x.slice(2, 1, 6, 2).slice(-1, 0, 8)),
          images("flip", x -> x.flip(1, -1)),
          images("cat", x -> Tensor.cat(1, x, x.neg())),
          images("reshape", x -> x.reshape(x.dim(0), -1)),
          images("flatten", x -> x.flatten(1)),
          images("where", x -> Node.apply(new Where(), x, x.neg(), x.relu())),
          images("dropout off", x -> Functional.dropout(x, 0, 1).relu()),
          rows("linear", x -> Functional.linear(x, normal(5, 6), normal(5))),
          rows("linear without bias", x -> Functional.linear(x, normal(5, 6), null)),
          images("linear on images", x -> Functional.linear(x, normal(5, 9), normal(5))),
          rows("matmul", x -> x.matmul(normal(6, 2))),
          rows("expand", x -> x.reshape(x.dim(0), 1, 6).expand(Shape.of(x.dim(0), 4, 6))),
          rows("softmax", x -> x.softmax(1)),
          rows("log_softmax", x -> x.logSoftmax(-1)),
          images("softmax of channels", x -> x.softmax(1)),
          images("sum", x -> x.sum(true, 2, 3)),
          images("sum of all", Tensor::sum),
          images("mean", x -> x.mean(2, -1)),
          images("amin", x -> Node.apply(new Extreme(true, new int[] {1}, false), x)),
          images("amax", x -> x.amax(true, 1)),
          images("logsumexp", x -> x.logSumExp(false, 1)),
          rows("prod", x -> Node.apply(new Prod(1, true), x)),
          rows("cumsum", x -> Node.apply(new CumSum(1), x)));

  static final List<OperatorRow> REFUSED =
      List.of(
          images("interpolate", x -> Functional.interpolate(x, InterpolateParams.scaleFactor(2))),
          rows("roll", x -> x.roll(1, 1)),
          rows("index_select", x -> x.indexSelect(1, 2, 0)),
          rows("gather", x -> Node.apply(new Gather(1, 1, new int[] {0, 1, 2}), x)),
          rows("var", x -> x.var(true, false, 1)),
          rows("norm", x -> Node.apply(new Norm(2, new int[] {1}, false), x)),
          rows("embedding", x -> Functional.embedding(x, new int[] {0, 2}, Shape.of(2))));

  private static OperatorRow images(String name, UnaryOperator<Tensor> forward) {
    return new OperatorRow(name, IMAGES, forward);
  }

  private static OperatorRow rows(String name, UnaryOperator<Tensor> forward) {
    return new OperatorRow(name, ROWS, forward);
  }

  @Override
  public String toString() {
    return name;
  }
}
