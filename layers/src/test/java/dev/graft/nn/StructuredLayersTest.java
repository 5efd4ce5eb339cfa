package dev.graft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.op.ConvParams;
import dev.graft.op.InterpolateParams;
import dev.graft.op.InterpolateParams.Mode;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Transposed convolution, norms, resizing, embeddings and padding as layers. */
class StructuredLayersTest {
  private static List<String> names(Layer layer) {
    return List.copyOf(layer.stateDict().names());
  }

  private static void refused(String message, Executable use) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, use).getMessage());
  }

  private static double max(Tensor t) {
    double max = 0;
    for (float v : t.toArray()) {
      max = Math.max(max, Math.abs(v));
    }
    return max;
  }

  @Test
  void transposedConvolutionHasPytorchsShapesAndInitialisation() {
    ConvParams params = ConvParams.DEFAULT.withStride(2).withPadding(1).withGroups(2);
    ConvTranspose2d up = new ConvTranspose2d(64, 48, 4, params, 1, Rng.of(3));
    assertEquals(List.of("weight", "bias"), names(up));
    assertEquals(Shape.of(64, 24, 4, 4), up.weight().shape());
    assertEquals(Shape.of(48), up.bias().shape());
    // the fan that PyTorch counts: 24 outputs of a group times 16 taps
    double bound = 1 / Math.sqrt(24 * 16);
    assertTrue(max(up.weight()) <= bound && max(up.weight()) > 0.999 * bound);
    assertTrue(max(up.bias()) <= bound && max(up.bias()) > 0.9 * bound);
    assertEquals(Shape.of(2, 48, 11, 13), up.apply(Tensor.ones(2, 64, 5, 6)).shape());
    assertEquals(
        "ConvTranspose2d(64, 48, kernel 4x4, stride 2x2, padding 1x1, output padding 1x1, groups"
            + " 2) 24,624 parameters",
        up.toString());
    assertEquals(
        "ConvTranspose2d(3, 2, kernel 2x2, no bias) 24 parameters",
        new ConvTranspose2d(Tensor.ones(3, 2, 2, 2), ConvParams.DEFAULT, 0, 0, false, null)
            .toString());
    refused(
        "conv_transpose2d: channels do not divide into groups: in 6, out 3, groups 2",
        () -> new ConvTranspose2d(6, 3, 3, ConvParams.DEFAULT.withGroups(2), Rng.of(1)));
    refused(
        "conv_transpose2d: output padding must be at least 0 and smaller than either stride or"
            + " dilation: output padding [1, 1], stride [1, 1], dilation [1, 1]",
        () -> new ConvTranspose2d(6, 3, 3, ConvParams.DEFAULT, 1, Rng.of(1)));
  }

  @Test
  void onePixelStampsTheKernel() {
    Tensor weight = Tensor.arange(4).reshape(1, 1, 2, 2).detach();
    ConvTranspose2d up =
        new ConvTranspose2d(weight, ConvParams.DEFAULT.withStride(2), 0, 0, false, null);
    float[] expected = {0, 1, 0, 2, 2, 3, 4, 6};
    assertArrayEquals(
        expected, up.apply(Tensor.of(new float[] {1, 2}, 1, 1, 1, 2)).toArray(), 1e-6f);
  }

  @Test
  void layerNormStartsAsPlainNormalisation() {
    LayerNorm norm = new LayerNorm(2, 2);
    assertEquals(List.of("weight", "bias"), names(norm));
    assertEquals(Shape.of(2, 2), norm.weight().shape());
    float[] y = norm.apply(Tensor.of(new float[] {1, 1, 3, 3}, 1, 2, 2)).toArray();
    assertArrayEquals(new float[] {-1, -1, 1, 1}, y, 1e-5f);
    assertEquals("LayerNorm([2, 2]) 8 parameters", norm.toString());
    LayerNorm plain = new LayerNorm(Shape.of(5), 1e-5f, false);
    assertEquals(List.of(), names(plain));
    assertEquals("LayerNorm([5], not affine)", plain.toString());
    LayerNorm unbiased = new LayerNorm(Shape.of(5), 1e-5f, true, false);
    assertEquals(List.of("weight"), names(unbiased));
    assertEquals(Shape.of(3, 5), unbiased.apply(Tensor.ones(3, 5)).shape());
    assertEquals("LayerNorm([5], no bias) 5 parameters", unbiased.toString());
    refused("layer_norm: the normalized shape needs at least one dimension", LayerNorm::new);
  }

  @Test
  void groupNormTreatsEachGroupByItself() {
    GroupNorm norm = new GroupNorm(2, 4);
    assertEquals(List.of("weight", "bias"), names(norm));
    Tensor x = Tensor.of(new float[] {0, 2, 100, 104}, 1, 4);
    assertArrayEquals(new float[] {-1, 1, -1, 1}, norm.apply(x).toArray(), 1e-4f);
    assertEquals("GroupNorm(2, 4) 8 parameters", norm.toString());
    assertEquals("GroupNorm(2, 4, not affine)", new GroupNorm(2, 4, 1e-5f, false).toString());
    refused("group_norm: 6 channels do not divide into 4 groups", () -> new GroupNorm(4, 6));
  }

  @Test
  void instanceNormHasNoParametersUnlessAskedFor() {
    InstanceNorm2d norm = new InstanceNorm2d(2);
    assertEquals(List.of(), names(norm));
    assertEquals("InstanceNorm2d(2)", norm.toString());
    Tensor x = Tensor.of(new float[] {0, 2, 100, 104}, 1, 2, 1, 2);
    assertArrayEquals(new float[] {-1, 1, -1, 1}, norm.apply(x).toArray(), 1e-4f);
    InstanceNorm2d affine = new InstanceNorm2d(2, 1e-5f, true);
    assertEquals(List.of("weight", "bias"), names(affine));
    assertEquals("InstanceNorm2d(2, affine) 4 parameters", affine.toString());
    refused(
        "instance_norm: needs input [n, 2, h, w]: got [1, 3, 2, 2]",
        () -> norm.apply(Tensor.ones(1, 3, 2, 2)));
  }

  @Test
  void upsampleIsNearestUnlessAskedForMore() {
    Upsample twice = new Upsample(2);
    float[] expected = {1, 1, 2, 2, 1, 1, 2, 2};
    Tensor x = Tensor.of(new float[] {1, 2}, 1, 1, 1, 2);
    assertArrayEquals(expected, twice.apply(x).toArray());
    assertEquals("Upsample(scale 2.0x2.0, nearest)", twice.toString());
    Upsample corners =
        new Upsample(InterpolateParams.size(1, 3).withMode(Mode.BILINEAR).withAlignCorners(true));
    assertArrayEquals(new float[] {1, 1.5f, 2}, corners.apply(x).toArray());
    assertEquals("Upsample(size 1x3, bilinear, corners aligned)", corners.toString());
  }

  @Test
  void embeddingLooksUpIndicesOfAnyShape() {
    Embedding table = new Embedding(200, 50, Rng.of(4));
    assertEquals(List.of("weight"), names(table));
    float[] weight = table.weight().toArray();
    double squares = 0;
    for (float w : weight) {
      squares += (double) w * w;
    }
    // 10,000 standard normal values: a standard error of 0.7 %
    assertEquals(1, Math.sqrt(squares / weight.length), 0.03);
    Tensor y = table.apply(new int[] {7, 7, 2, 0, 1, 199}, 2, 3);
    assertEquals(Shape.of(2, 3, 50), y.shape());
    assertEquals(table.weight().get(199, 49), y.get(1, 2, 49));
    assertEquals(Shape.of(2, 50), table.apply(new int[] {3, 4}).shape());
    Tensor same = table.apply(Tensor.of(new float[] {7, 7, 2, 0, 1, 199}, 2, 3));
    assertArrayEquals(y.toArray(), same.toArray());
    assertEquals("Embedding(200, 50) 10,000 parameters", table.toString());
  }

  @Test
  void thePaddingRowStartsAtZeroAndStaysThere() {
    Embedding table = new Embedding(5, 3, -1, Rng.of(4));
    assertEquals("Embedding(5, 3, padding 4) 15 parameters", table.toString());
    assertArrayEquals(new float[3], table.apply(new int[] {4}).toArray());
    table.apply(new int[] {4, 1, 4}).sum().backward();
    float[] grad = table.weight().grad().toArray();
    assertArrayEquals(new float[] {0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, grad);
    refused(
        "embedding: padding index 5 is out of range: there are 5 rows",
        () -> new Embedding(5, 3, 5, Rng.of(1)));
  }

  @Test
  void wrongIndicesNameTheLayer() {
    Embedding table = new Embedding(5, 3, Rng.of(4));
    Sequential net = new Sequential(table, new LayerNorm(3));
    Exception range = assertThrows(ShapeException.class, () -> table.apply(new int[] {0, 5}));
    assertEquals(
        "embedding \"0\": index 5 at position 1 is out of range: weight [5, 3] has rows 0 … 4",
        range.getMessage());
    Tensor x = Tensor.of(new float[] {1, 0.5f}, 2);
    assertEquals(
        "embedding \"0\": index 0.5 at position 1 is not a whole number",
        assertThrows(ShapeException.class, () -> net.apply(x)).getMessage());
  }

  @Test
  void paddingAndAdaptiveMaxima() {
    Tensor x = Tensor.of(new float[] {1, 2}, 1, 1, 1, 2);
    assertArrayEquals(
        new float[] {7, 1, 2, 7, 7, 7}, new ConstantPad2d(1, 0, 0, 1, 7).apply(x).toArray());
    assertEquals(Shape.of(1, 1, 3, 4), new ZeroPad2d(1).apply(x).shape());
    assertEquals("ZeroPad2d(1, 2, 3, 4)", new ZeroPad2d(1, 2, 3, 4).toString());
    assertEquals("ConstantPad2d(2, 2, 2, 2, value 0.5)", new ConstantPad2d(2, 0.5f).toString());
    assertArrayEquals(new float[] {2}, new AdaptiveMaxPool2d(1).apply(x).toArray());
    assertEquals("AdaptiveMaxPool2d(2x3)", new AdaptiveMaxPool2d(2, 3).toString());
  }
}
