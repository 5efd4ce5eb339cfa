package dev.graft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.op.ConvParams;
import dev.graft.op.PoolParams;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** What wrong uses are told, word for word. */
class ErrorMessagesTest {
  private final Map<String, Executable> uses = new LinkedHashMap<>();

  private static Tensor t(int... dims) {
    return Tensor.zeros(dims);
  }

  private void wrong(String message, Executable use) {
    uses.put(message, use);
  }

  @TestFactory
  Stream<DynamicTest> everyWrongUse() {
    making();
    arithmetic();
    shapes();
    networks();
    losses();
    gradients();
    return uses.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getKey(), e.getValue())));
  }

  private static void check(String message, Executable use) {
    assertEquals(message, assertThrows(RuntimeException.class, use).getMessage());
  }

  private void making() {
    wrong(
        "tensor: 3 values do not fill shape [2, 2] (4 elements)",
        () -> Tensor.of(new float[3], 2, 2));
    wrong("tensor: row 1 has 1 values, row 0 has 2", () -> Tensor.of(new float[][] {{1, 2}, {3}}));
    wrong("shape: negative dimension: [2, -1]", () -> Shape.of(2, -1));
    wrong(
        "shape: too many elements: [65536, 32768] has more than 2^31-1; split the tensor",
        () -> Shape.of(65536, 32768));
    random();
    wrong("item: needs a tensor of one element: shape [2]", () -> t(2).item());
    wrong("get: 1 indices for shape [2, 3]", () -> t(2, 3).get(0));
    wrong("get: index 3 is out of range 0 … 2", () -> t(2, 3).get(0, 3));
    wrong("assign: 3 values for shape [2]", () -> t(2).assign(new float[3]));
    wrong("assign: values [3] for shape [2]", () -> t(2).assign(t(3)));
  }

  private void random() {
    Rng rng = Rng.of(1);
    wrong(
        "uniform: needs finite bounds, low below high: low 1.0, high 1.0",
        () -> Tensor.uniform(rng, 1, 1, 2));
    wrong("normal: std must be at least 0: -1.0", () -> Tensor.normal(rng, 0, -1, 2));
    wrong("bernoulli: p must be between 0 and 1: 1.5", () -> Tensor.bernoulli(rng, 1.5f, 2));
    wrong(
        "randint: needs low below high, both within ±2^24: low 3, high 3",
        () -> Tensor.randint(rng, 3, 3, 2));
    wrong(
        "one_hot: label 3 of row 1 is out of range: there are 3 classes (0 … 2)",
        () -> Functional.oneHot(new int[] {0, 3}, 3));
  }

  private void arithmetic() {
    wrong(
        "add: shapes do not broadcast: [2, 3] and [4] differ in dimension 1 (3 and 4); "
            + "sizes must be equal or 1",
        () -> t(2, 3).add(t(4)));
    wrong(
        "matmul: inner dimensions differ: [2, 3] has 3 columns, [4, 5] has 4 rows",
        () -> t(2, 3).matmul(t(4, 5)));
    wrong("matmul: needs at least one dimension: [] and [2]", () -> Tensor.zeros().matmul(t(2)));
    wrong(
        "linear: input [2, 5] has 5 features, weight [3, 4] expects 4",
        () -> Functional.linear(t(2, 5), t(3, 4), null));
    wrong(
        "linear: bias [4] does not fit weight [3, 5]: expected [3]",
        () -> Functional.linear(t(2, 5), t(3, 5), t(4)));
    wrong("sum: dimension 1 appears twice", () -> t(2, 3).sum(1, -1));
    wrong("amax: no elements to reduce: input [2, 0]", () -> t(2, 0).amax(1));
    wrong("dimension 2 is out of range: shape [2, 3] has 2 dimensions", () -> t(2, 3).softmax(2));
    wrong("argmax: dimension 1 of [2, 0] is empty", () -> t(2, 0).argmax(1));
    selecting();
    activations();
  }

  private void selecting() {
    wrong("argmin: dimension 0 of [0, 2] is empty", () -> t(0, 2).min(0));
    wrong("amin: no elements to reduce: input [0]", () -> t(0).amin());
    wrong("norm: p must be at least 0: -1.0", () -> t(2).norm(-1, false));
    wrong(
        "topk: k must be between 0 and 3, the size of dimension 1 of [2, 3]: 4",
        () -> t(2, 3).topk(4, -1));
    wrong(
        "gt: shapes do not broadcast: [2] and [3] differ in dimension 0 (2 and 3); "
            + "sizes must be equal or 1",
        () -> t(2).gt(t(3)));
    wrong(
        "where: shapes do not broadcast: [3] and [2, 4] differ in dimension 1 (3 and 4); "
            + "sizes must be equal or 1",
        () -> Tensor.where(t(3), t(2, 1), t(4)));
  }

  private void activations() {
    wrong(
        "prelu: weight [2] does not fit input [1, 3, 4]: expected [1] or [3]",
        () -> t(1, 3, 4).prelu(t(2)));
    wrong("glu: dimension 1 of [2, 3] is odd: it has no halves", () -> t(2, 3).glu(-1));
    wrong("celu: alpha must not be 0", () -> t(2).celu(0));
    wrong(
        "hardtanh: the least value must not exceed the most: 1.0 and -1.0",
        () -> t(2).hardtanh(1, -1));
  }

  private void shapes() {
    wrong("reshape: [2, 3] has 6 elements, [4] needs 4", () -> t(2, 3).reshape(4));
    wrong("reshape: cannot make [4, -1] of [2, 3] (6 elements)", () -> t(2, 3).reshape(4, -1));
    wrong(
        "permute: [0, 0] is not an order of the 2 dimensions of [2, 3]",
        () -> t(2, 3).permute(0, 0));
    wrong("squeeze: dimension 1 of [2, 3] is not 1", () -> t(2, 3).squeeze(-1));
    wrong(
        "slice: range 1 … 4 step 1 does not fit dimension 1 of [2, 3]",
        () -> t(2, 3).slice(1, 1, 4));
    wrong(
        "index_select: index 3 is out of range: dimension 1 of [2, 3] has 3",
        () -> t(2, 3).indexSelect(1, 0, 3));
    wrong("expand: [2] does not broadcast to [3, 4]", () -> t(2).expand(Shape.of(3, 4)));
    wrong(
        "cat: [2, 3] and [3, 3] differ in more than dimension 1, along which they are joined",
        () -> Tensor.cat(1, t(2, 3), t(3, 3)));
    wrong(
        "gather: 3 indices do not fill the result's shape [2, 2] (4 elements)",
        () -> t(2, 3).gather(1, 2, 0, 1, 2));
    wrong(
        "gather: index 3 is out of range: dimension 1 of [1, 3] has 3",
        () -> t(1, 3).gather(1, 2, 0, 3));
    wrong("split: size must be positive: 0", () -> t(2, 3).split(0, 1));
    wrong(
        "split: sizes [1, 1] do not add up to dimension 1 of [2, 3]",
        () -> t(2, 3).split(new int[] {1, 1}, -1));
    wrong("chunk: the number of pieces must be positive: 0", () -> t(2, 3).chunk(0, 1));
    wrong(
        "repeat: counts [2] do not fit [2, 3]: needs one for each dimension, at least 0",
        () -> t(2, 3).repeat(2));
    wrong("flip: dimension 1 appears twice", () -> t(2, 3).flip(1, -1));
    wrong("pad: needs at least two dimensions: got [3]", () -> t(3).pad(1, 0, 0, 0));
    wrong(
        "pad: widths must not be negative: left -1, right 0, top 0, bottom 0; use slice to crop",
        () -> t(2, 3).pad(-1, 0, 0, 0));
  }

  private void networks() {
    wrong(
        "conv2d: input has 64 channels, weight [128, 32, 3, 3] expects 32",
        () -> Functional.conv2d(t(1, 64, 8, 8), t(128, 32, 3, 3), null, ConvParams.DEFAULT));
    wrong(
        "conv2d: bias [3] does not fit weight [4, 2, 3, 3]: expected [4]",
        () -> Functional.conv2d(t(1, 2, 8, 8), t(4, 2, 3, 3), t(3), ConvParams.DEFAULT));
    wrong(
        "conv2d: the kernel is larger than the padded input: input [1, 2, 2, 2], padding [0, 0], "
            + "kernel [3, 3], dilation [1, 1]",
        () -> Functional.conv2d(t(1, 2, 2, 2), t(4, 2, 3, 3), null, ConvParams.DEFAULT));
    wrong(
        "conv2d: groups must be at least 1 and padding at least 0: groups 0, padding [0, 0]",
        () -> ConvParams.DEFAULT.withGroups(0));
    wrong(
        "pool2d: padding must be between 0 and half the kernel: padding [2, 2], kernel [3, 3]",
        () -> PoolParams.of(3).withPadding(2));
    wrong(
        "max_pool2d: the window is larger than the padded input: input [1, 2, 2, 2], "
            + "kernel [3, 3], padding [0, 0]",
        () -> Functional.maxPool2d(t(1, 2, 2, 2), PoolParams.of(3)));
    wrong(
        "avg_pool2d: needs input [n, c, h, w]: got [2, 2, 2]",
        () -> Functional.avgPool2d(t(2, 2, 2), PoolParams.of(2)));
    wrong(
        "adaptive_avg_pool2d: output size must be positive: [0, 1]",
        () -> Functional.adaptiveAvgPool2d(t(1, 2, 2, 2), 0, 1));
    wrong(
        "batch_norm: input [2, 3, 4, 4] has 3 channels, the layer's values have shape [4]",
        () -> Functional.batchNorm(t(2, 3, 4, 4), t(4), t(4), t(4), t(4), false, 0.1f, 1e-5f));
    wrong(
        "batch_norm: training needs more than one value per channel: input [1, 3]; use a larger "
            + "batch, or eval mode",
        () -> Functional.batchNorm(t(1, 3), t(3), t(3), t(3), t(3), true, 0.1f, 1e-5f));
    wrong("dropout: p must be between 0 and 1: 1.5", () -> Functional.dropout(t(2), 1.5f, 1));
  }

  private void losses() {
    wrong(
        "nll_loss: 3 targets for a batch of 2: input [2, 4]",
        () -> Functional.nllLoss(t(2, 4), new int[] {0, 1, 2}));
    wrong(
        "cross_entropy: target 4 of row 1 is out of range: the input has 4 classes (0 … 3)",
        () -> Functional.crossEntropy(t(2, 4), new int[] {0, 4}));
    wrong(
        "cross_entropy: label smoothing must be between 0 and 1: 2.0",
        () -> Functional.crossEntropy(t(1, 2), new int[1], null, 2, Functional.Reduction.MEAN));
    wrong(
        "mse_loss: input [2] and target [2, 1] differ in shape",
        () -> Functional.mseLoss(t(2), t(2, 1)));
  }

  private void gradients() {
    wrong(
        "backward: needs a scalar: shape [2]; reduce it first, or pass a gradient",
        () -> t(2).requireGrad().relu().backward());
    wrong(
        "backward: gradient [3] does not have the tensor's shape [2]",
        () -> t(2).requireGrad().relu().backward(t(3)));
    wrong(
        "backward: nothing requires a gradient; call requireGrad() on a leaf, outside noGrad",
        () -> t(2).sum().backward());
    wrong(
        "requireGrad: only leaves can be changed, this is the result of relu; use detach()",
        () -> t(2).requireGrad().relu().requireGrad(false));
    wrong(
        "sum: backward: this part of the graph was already used by an earlier backward(); "
            + "compute the forward pass again",
        () -> {
          Tensor loss = t(2).requireGrad().sum();
          loss.backward();
          loss.backward();
        });
    wrong(
        "relu: backward: this part of the graph was already used by an earlier backward(); "
            + "compute the forward pass again",
        () -> {
          Tensor shared = t(2).requireGrad().relu();
          shared.sum().backward();
          shared.mean().backward();
        });
  }
}
