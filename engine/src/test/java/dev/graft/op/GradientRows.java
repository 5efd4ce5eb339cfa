package dev.graft.op;

import dev.graft.backend.BinaryKind;
import dev.graft.backend.UnaryKind;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** A row per op and kind: a new op needs one here, or the coverage test fails. */
final class GradientRows {
  private final List<GradientRow> rows = new ArrayList<>();

  private GradientRows() {
    unary();
    binary();
    shapes();
    reductions();
    products();
    images();
    losses();
    rows.addAll(LayerRows.all());
    rows.addAll(ActivationRows.all());
    rows.addAll(LossRows.all());
    rows.addAll(SelectingRows.all());
  }

  static List<GradientRow> all() {
    return List.copyOf(new GradientRows().rows);
  }

  private static int[] dims(int... dims) {
    return dims;
  }

  private GradientRow unary(UnaryKind kind, double p, double q, DoubleUnaryOperator f) {
    Op op = new Unary(kind, (float) p, (float) q);
    return GradientRow.of(op, in -> in[0].map(f), dims(3, 4, 5));
  }

  private void unary() {
    rows.add(unary(UnaryKind.NEG, 0, 0, x -> -x));
    rows.add(unary(UnaryKind.ABS, 0, 0, Math::abs));
    rows.add(unary(UnaryKind.SQUARE, 0, 0, x -> x * x));
    rows.add(unary(UnaryKind.SQRT, 0, 0, Math::sqrt).between(0.25, 4));
    rows.add(unary(UnaryKind.RECIPROCAL, 0, 0, x -> 1 / x).between(-3, -0.5));
    rows.add(unary(UnaryKind.EXP, 0, 0, Math::exp));
    rows.add(unary(UnaryKind.LOG, 0, 0, Math::log).between(0.25, 4));
    rows.add(unary(UnaryKind.TANH, 0, 0, Math::tanh));
    rows.add(unary(UnaryKind.SIGMOID, 0, 0, GradientRows::sigmoid).between(-6, 6));
    rows.add(unary(UnaryKind.RELU, 0, 0, x -> Math.max(x, 0)));
    rows.add(unary(UnaryKind.GELU, 0, 0, x -> x * (1 + erf(x / Math.sqrt(2))) / 2).between(-3, 3));
    rows.add(unary(UnaryKind.SILU, 0, 0, x -> x * sigmoid(x)).between(-6, 6));
    rows.add(unary(UnaryKind.SOFTPLUS, 1, 20, x -> Math.log1p(Math.exp(x))).between(-6, 6));
    rows.add(unary(UnaryKind.HARDSWISH, 0, 0, x -> x * clamp(x + 3, 0, 6) / 6).between(-5, 5));
    rows.add(unary(UnaryKind.ELU, 0.5, 0, x -> x > 0 ? x : 0.5 * Math.expm1(x)));
    rows.add(unary(UnaryKind.RELU6, 0, 0, x -> clamp(x, 0, 6)).between(-3, 9));
    rows.add(unary(UnaryKind.LEAKY_RELU, 0.25, 0, x -> x > 0 ? x : 0.25 * x));
    rows.add(unary(UnaryKind.CLAMP, -0.5, 0.75, x -> clamp(x, -0.5, 0.75)));
    rows.add(unary(UnaryKind.POW, 2.5, 0, x -> Math.pow(x, 2.5)).between(0.25, 3));
    rows.add(unary(UnaryKind.POW, -1, 0, x -> 1 / x).between(0.5, 3));
    rows.add(unary(UnaryKind.ADD_SCALAR, 1.5, 0, x -> x + 1.5));
    rows.add(unary(UnaryKind.MUL_SCALAR, -1.5, 0, x -> x * -1.5));
    Doubles mask = mask(new Dropout(0.25f, 7, false), 3, 4, 5);
    rows.add(GradientRow.of(new Dropout(0.25f, 7, false), in -> in[0].mul(mask), dims(3, 4, 5)));
    Doubles channels = mask(new Dropout(0.5f, 8, true), 3, 4, 1, 1);
    rows.add(
        GradientRow.of(new Dropout(0.5f, 8, true), in -> in[0].mul(channels), dims(3, 4, 2, 2)));
  }

  /** Each element falls with probability p by its own number of the seed. */
  private static Doubles mask(Dropout op, int... dims) {
    double[] mask = new double[Doubles.count(dims)];
    Arrays.setAll(mask, i -> Rng.uniform(op.seed(), i) < op.p() ? 0 : 1 / (1.0 - op.p()));
    return new Doubles(dims, mask);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double clamp(double x, double min, double max) {
    return Math.min(Math.max(x, min), max);
  }

  /** The error function by its Maclaurin series: good to 1e-13 within ±3. */
  private static double erf(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 80; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  private void binary() {
    int[][][] pairs = {
      {dims(3, 4, 5), dims(3, 4, 5)},
      {dims(3, 4, 5), dims(4, 1)},
      {dims(1, 5), dims(3, 4, 1)},
      {dims(), dims(2, 3)}
    };
    for (int[][] pair : pairs) {
      rows.add(GradientRow.of(new Binary(BinaryKind.ADD), in -> in[0].add(in[1]), pair));
      rows.add(GradientRow.of(new Binary(BinaryKind.SUB), in -> in[0].sub(in[1]), pair));
      rows.add(GradientRow.of(new Binary(BinaryKind.MUL), in -> in[0].mul(in[1]), pair));
      rows.add(
          GradientRow.of(new Binary(BinaryKind.DIV), in -> in[0].zip(in[1], (a, b) -> a / b), pair)
              .between(0.5, 2));
      rows.add(
          GradientRow.of(new Binary(BinaryKind.MAXIMUM), in -> in[0].zip(in[1], Math::max), pair));
      rows.add(
          GradientRow.of(new Binary(BinaryKind.MINIMUM), in -> in[0].zip(in[1], Math::min), pair));
      rows.add(
          GradientRow.of(
              new Binary(BinaryKind.EQ), in -> in[0].zip(in[1], (a, b) -> a == b ? 1 : 0), pair));
    }
  }

  private void shapes() {
    rows.add(GradientRow.of(new Contiguous(false), in -> in[0], dims(2, 3, 4)));
    rows.add(GradientRow.of(new Contiguous(true), in -> in[0], dims(2, 3, 4, 5)));
    rows.add(GradientRow.of(new Permute(2, 0, 1), in -> in[0].permute(2, 0, 1), dims(2, 3, 4)));
    rows.add(GradientRow.of(new Reshape(Shape.of(4, 6)), in -> in[0].reshape(4, 6), dims(2, 3, 4)));
    rows.add(
        GradientRow.of(new Expand(Shape.of(2, 3, 4)), in -> in[0].expand(2, 3, 4), dims(3, 1)));
    rows.add(
        GradientRow.of(
            new Slice(1, 1, 6, 2), in -> in[0].along(1, 3, i -> 1 + 2 * i), dims(2, 7, 3)));
    int[] index = {2, 0, 2, 2};
    rows.add(
        GradientRow.of(
            new IndexSelect(-2, index), in -> in[0].along(1, 4, i -> index[i]), dims(2, 3, 4)));
    rows.add(
        GradientRow.of(
            new Pad(1, 2, 3, 0, 0),
            in -> in[0].along(2, 7, i -> i - 1).along(1, 6, i -> i - 3),
            dims(2, 3, 4)));
    rows.add(GradientRow.of(new Cat(1), in -> in[0].cat(1, in[1]), dims(2, 3, 4), dims(2, 2, 4)));
  }

  private void reductions() {
    int[] x = dims(3, 4, 5);
    int[] some = {0, -1};
    int[] none = {};
    rows.add(GradientRow.of(new Sum(false, none, false), in -> all(in[0].sum(0, 1, 2)), x));
    rows.add(GradientRow.of(new Sum(false, some, true), in -> in[0].sum(0, 2), x));
    rows.add(GradientRow.of(new Sum(true, some, false), in -> in[0].mean(0, 2).reshape(4), x));
    rows.add(GradientRow.of(new Extreme(false, some, true), in -> in[0].max(0, 2), x));
    rows.add(GradientRow.of(new Extreme(false, none, false), in -> all(in[0].max(0, 1, 2)), x));
    rows.add(GradientRow.of(new Variance(some, false, true), in -> in[0].variance(0, 2), x));
    rows.add(
        GradientRow.of(
            new Variance(none, true, false),
            in -> all(in[0].variance(0, 1, 2).scale(60 / 59.0)),
            x));
    rows.add(GradientRow.of(new LogSumExp(some, true), in -> in[0].logSumExp(0, 2), x));
    for (int dim = 0; dim < 3; dim++) {
      int d = dim;
      rows.add(GradientRow.of(new Softmax(d, true), in -> logSoftmax(in[0], d), x));
      rows.add(GradientRow.of(new Softmax(d - 3, false), in -> softmax(in[0], d), x));
    }
  }

  private static Doubles all(Doubles one) {
    return one.reshape();
  }

  private static Doubles logSoftmax(Doubles x, int dim) {
    return x.sub(x.logSumExp(dim));
  }

  private static Doubles softmax(Doubles x, int dim) {
    return logSoftmax(x, dim).map(Math::exp);
  }

  private void products() {
    Op matmul = new Matmul();
    rows.add(GradientRow.of(matmul, in -> in[0].matmul(in[1]), dims(3, 7), dims(7, 5)));
    rows.add(GradientRow.of(matmul, in -> in[0].matmul(in[1]), dims(2, 3, 4), dims(2, 4, 5)));
    rows.add(GradientRow.of(matmul, in -> in[0].matmul(in[1]), dims(2, 1, 3, 4), dims(3, 4, 2)));
    rows.add(
        GradientRow.of(
            new Linear(),
            in -> in[0].matmul(in[1].permute(1, 0)).add(in[2]),
            dims(2, 3, 5),
            dims(4, 5),
            dims(4)));
  }

  private void images() {
    convolution(ConvParams.DEFAULT, dims(2, 3, 5, 4), dims(4, 3, 1, 1));
    convolution(ConvParams.DEFAULT.withPadding(1), dims(1, 3, 4, 5), dims(2, 3, 3, 3));
    convolution(
        ConvParams.DEFAULT.withStride(2, 1).withPadding(0, 2).withDilation(1, 2).withGroups(2),
        dims(2, 4, 6, 5),
        dims(6, 2, 3, 2));
    convolution(
        ConvParams.DEFAULT.withGroups(4).withPadding(1), dims(1, 4, 4, 4), dims(4, 1, 3, 3));
    PoolParams overlapping = PoolParams.of(3).withStride(2).withPadding(1);
    rows.add(
        GradientRow.of(
            new MaxPool2d(overlapping),
            in -> DoubleImages.maxPool2d(in[0], overlapping, 3, 4),
            dims(2, 3, 5, 7)));
    rows.add(
        GradientRow.of(
            new AvgPool2d(overlapping),
            in -> DoubleImages.avgPool2d(in[0], overlapping, 3, 4),
            dims(2, 3, 5, 7)));
    PoolParams uncounted = overlapping.withCountIncludePad(false);
    rows.add(
        GradientRow.of(
            new AvgPool2d(uncounted),
            in -> DoubleImages.avgPool2d(in[0], uncounted, 3, 4),
            dims(2, 3, 5, 7)));
    rows.add(
        GradientRow.of(
            new AdaptiveAvgPool2d(3, 2),
            in -> DoubleImages.adaptiveAvgPool2d(in[0], 3, 2),
            dims(2, 3, 7, 5)));
    normalisations();
  }

  private void convolution(ConvParams params, int[] x, int[] weight) {
    rows.add(
        GradientRow.of(
            new Conv2d(params),
            in ->
                DoubleImages.conv2d(in[0], in[1], params).add(in[2].reshape(in[2].dims()[0], 1, 1)),
            x,
            weight,
            dims(weight[0])));
  }

  private void normalisations() {
    int[] x = {3, 4, 3, 2};
    int[] c = {4};
    rows.add(
        GradientRow.of(
                new BatchNorm(true, 0.1f, 0x1p-10f),
                in -> DoubleImages.batchNorm(in[0], in[1], in[2], 0x1p-10),
                x,
                c,
                c,
                c,
                c)
            .withoutGradient(2));
    rows.add(
        GradientRow.of(
                new BatchNormRelu(0.1f, 0x1p-10f),
                in -> DoubleImages.batchNorm(in[0], in[1], in[2], 0x1p-10).map(v -> Math.max(v, 0)),
                x,
                c,
                c,
                c,
                c)
            .withoutGradient(2));
    rows.add(
        GradientRow.of(
                new BatchNormRelu(0.1f, 0x1p-10f),
                in ->
                    DoubleImages.batchNorm(in[0], in[1], in[2], 0x1p-10)
                        .add(in[3])
                        .map(v -> Math.max(v, 0)),
                x,
                c,
                c,
                x,
                c,
                c)
            .withoutGradient(2));
    rows.add(
        GradientRow.of(new BatchNorm(false, 0.1f, 0x1p-10f), in -> batchNormEval(in), x, c, c, c, c)
            .withoutGradient(2)
            .between(0.5, 2));
  }

  private static Doubles batchNormEval(Doubles[] in) {
    Doubles scale = in[4].map(v -> 1 / Math.sqrt(v + 0x1p-10)).mul(in[1]).reshape(4, 1, 1);
    return in[0].sub(in[3].reshape(4, 1, 1)).mul(scale).add(in[2].reshape(4, 1, 1));
  }

  private void losses() {
    int[] target = {2, 0, -100, 4};
    rows.add(
        GradientRow.of(new Nll(target, 0), in -> nll(in[0], target, 0, new double[5]), dims(4, 5)));
    rows.add(
        GradientRow.of(
                new Nll(target, 0.25f),
                in -> nll(in[0], target, 0.25, in[1].values()),
                dims(4, 5),
                dims(5))
            .withoutGradient(1)
            .between(0.5, 2));
  }

  /** With weights; all 0 stands for none. */
  private static Doubles nll(Doubles x, int[] target, double smoothing, double[] weights) {
    boolean weighted = Arrays.stream(weights).anyMatch(w -> w != 0);
    return Doubles.build(
        dims(target.length),
        at -> {
          int label = target[at[0]];
          double sum = 0;
          for (int c = 0; c < weights.length && label >= 0; c++) {
            double share = smoothing / weights.length + (c == label ? 1 - smoothing : 0);
            sum -= share * (weighted ? weights[c] : 1) * x.get(at[0], c);
          }
          return sum;
        });
  }
}
