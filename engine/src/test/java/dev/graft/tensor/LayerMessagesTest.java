package dev.graft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.op.ConvParams;
import dev.graft.op.InterpolateParams;
import dev.graft.op.InterpolateParams.Mode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** As {@link ErrorMessagesTest}, for transposed convolution, norms, resizing and embeddings. */
class LayerMessagesTest {
  private final Map<String, Executable> uses = new LinkedHashMap<>();

  private static Tensor t(int... dims) {
    return Tensor.zeros(dims);
  }

  private void wrong(String message, Executable use) {
    uses.put(message, use);
  }

  @TestFactory
  Stream<DynamicTest> everyWrongUse() {
    transposedConvolution();
    norms();
    resizing();
    embeddings();
    wrong(
        "adaptive_max_pool2d: output size must be positive: [2, 0]",
        () -> Functional.adaptiveMaxPool2d(t(1, 2, 2, 2), 2, 0));
    wrong(
        "adaptive_max_pool2d: needs input [n, c, h, w]: got [2, 2]",
        () -> Functional.adaptiveMaxPool2d(t(2, 2), 2, 2));
    return uses.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getKey(), e.getValue())));
  }

  private static void check(String message, Executable use) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, use).getMessage());
  }

  private static Tensor transposed(Tensor x, Tensor weight, Tensor bias, ConvParams params) {
    return Functional.convTranspose2d(x, weight, bias, params);
  }

  private void transposedConvolution() {
    ConvParams plain = ConvParams.DEFAULT;
    wrong(
        "conv_transpose2d: needs input [n, c, h, w] and weight [in, out/groups, kh, kw]: got"
            + " [2, 4, 4] and [2, 3, 1, 1]",
        () -> transposed(t(2, 4, 4), t(2, 3, 1, 1), null, plain));
    wrong(
        "conv_transpose2d: input has 3 channels, weight [2, 3, 1, 1] expects 2",
        () -> transposed(t(1, 3, 4, 4), t(2, 3, 1, 1), null, plain));
    wrong(
        "conv_transpose2d: 3 input channels do not divide into 2 groups",
        () -> transposed(t(1, 3, 4, 4), t(3, 3, 1, 1), null, plain.withGroups(2)));
    wrong(
        "conv_transpose2d: bias [3] does not fit weight [2, 3, 1, 1]: expected [6]",
        () -> transposed(t(1, 2, 4, 4), t(2, 3, 1, 1), t(3), plain.withGroups(2)));
    wrong(
        "conv_transpose2d: the output would be empty: input [1, 2, 1, 4], weight [2, 3, 2, 2],"
            + " padding [1, 1]",
        () -> transposed(t(1, 2, 1, 4), t(2, 3, 2, 2), null, plain.withPadding(1)));
    wrong(
        "conv_transpose2d: output padding must be at least 0 and smaller than either stride or"
            + " dilation: output padding [1, 2], stride [2, 2], dilation [1, 1]",
        () ->
            Functional.convTranspose2d(
                t(1, 2, 4, 4), t(2, 3, 1, 1), null, plain.withStride(2), 1, 2));
  }

  private void norms() {
    wrong(
        "layer_norm: input [2, 5] does not end in the normalized shape [4]",
        () -> Functional.layerNorm(t(2, 5), Shape.of(4), null, null, 1e-5f));
    wrong(
        "layer_norm: weight [2] does not have the normalized shape [5]",
        () -> Functional.layerNorm(t(2, 5), Shape.of(5), t(2), null, 1e-5f));
    wrong(
        "layer_norm: bias [5, 1] does not have the normalized shape [5]",
        () -> Functional.layerNorm(t(2, 5), Shape.of(5), null, t(5, 1), 1e-5f));
    wrong(
        "layer_norm: the normalized shape needs at least one dimension",
        () -> Functional.layerNorm(t(2, 5), Shape.of(), null, null, 1e-5f));
    wrong(
        "group_norm: 6 channels do not divide into 4 groups: input [2, 6, 3, 3]",
        () -> Functional.groupNorm(t(2, 6, 3, 3), 4, null, null, 1e-5f));
    wrong(
        "group_norm: input [2, 6, 3, 3] has 6 channels, the layer's values have shape [5]",
        () -> Functional.groupNorm(t(2, 6, 3, 3), 3, t(5), null, 1e-5f));
    wrong(
        "group_norm: needs more than one value per group: input [1, 6], 6 groups",
        () -> Functional.groupNorm(t(1, 6), 6, null, null, 1e-5f));
    wrong(
        "group_norm: needs input [n, c, …]: got [6]",
        () -> Functional.groupNorm(t(6), 6, null, null, 1e-5f));
    wrong(
        "group_norm: groups must be at least 1: 0",
        () -> Functional.groupNorm(t(2, 6), 0, null, null, 1e-5f));
    wrong(
        "instance_norm: needs input [n, c, …] with more than one value per channel: got [2, 6, 1,"
            + " 1]",
        () -> Functional.instanceNorm(t(2, 6, 1, 1), null, null, 1e-5f));
  }

  private void resizing() {
    wrong(
        "interpolate: needs input [n, c, h, w]: got [2, 6]",
        () -> Functional.interpolate(t(2, 6), InterpolateParams.size(3, 3)));
    wrong(
        "interpolate: the output would be empty: input [1, 1, 2, 9], scale factors [0.25, 0.25]",
        () -> Functional.interpolate(t(1, 1, 2, 9), InterpolateParams.scaleFactor(0.25)));
    wrong("interpolate: output size must be positive: [0, 3]", () -> InterpolateParams.size(0, 3));
    wrong(
        "interpolate: scale factors must be positive: [-1.0, 2.0]",
        () -> InterpolateParams.scaleFactor(-1, 2));
    wrong(
        "interpolate: corners can be aligned in modes BILINEAR and BICUBIC only: mode AREA",
        () -> InterpolateParams.size(3, 3).withMode(Mode.AREA).withAlignCorners(true));
  }

  private void embeddings() {
    wrong(
        "embedding: index 5 at position 2 is out of range: weight [5, 3] has rows 0 … 4",
        () -> Functional.embedding(t(5, 3), new int[] {0, 4, 5, -1}, Shape.of(2, 2)));
    wrong(
        "embedding: 3 indices do not fill shape [2, 2] (4 elements)",
        () -> Functional.embedding(t(5, 3), new int[3], Shape.of(2, 2)));
    wrong(
        "embedding: needs weight [num, dim]: got [5]",
        () -> Functional.embedding(t(5), new int[1], Shape.of(1)));
    wrong(
        "embedding: padding index 5 is out of range: weight [5, 3] has 5 rows",
        () -> Functional.embedding(t(5, 3), new int[1], Shape.of(1), 5));
  }

  @Test
  void thePaddingRowOfAnEmbeddingGetsNoGradient() {
    for (int padding : new int[] {1, -2}) {
      Tensor weight = Tensor.ones(3, 2).requireGrad();
      int[] index = {1, 0, 1, 2, 2};
      Functional.embedding(weight, index, Shape.of(5), padding).sum().backward();
      assertArrayEquals(new float[] {1, 1, 0, 0, 2, 2}, weight.grad().toArray());
    }
  }
}
