package dev.graft.golden;

import dev.graft.op.ConvParams;
import dev.graft.op.InterpolateParams;
import dev.graft.op.InterpolateParams.Mode;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.Locale;
import java.util.Map;

/** The lines of {@link GoldenOps} for transposed convolution, norms, resizing and embeddings. */
final class GoldenLayers {
  private GoldenLayers() {}

  static void putInto(Map<String, GoldenOps.Runner> runners) {
    runners.put("conv_transpose2d", GoldenLayers::convTranspose2d);
    runners.put(
        "layer_norm",
        c ->
            Functional.layerNorm(
                c.input("x"),
                Shape.of(c.integers("normalized_shape")),
                optional(c, "weight"),
                optional(c, "bias"),
                eps(c)));
    runners.put(
        "group_norm",
        c ->
            Functional.groupNorm(
                c.input("x"),
                c.integer("groups"),
                optional(c, "weight"),
                optional(c, "bias"),
                eps(c)));
    runners.put(
        "instance_norm",
        c ->
            Functional.instanceNorm(
                c.input("x"), optional(c, "weight"), optional(c, "bias"), eps(c)));
    runners.put("interpolate", c -> Functional.interpolate(c.input("x"), resizing(c)));
    runners.put("embedding", GoldenLayers::embedding);
    runners.put(
        "adaptive_max_pool2d",
        c ->
            Functional.adaptiveMaxPool2d(
                c.input("x"), c.integers("output_size")[0], c.integers("output_size")[1]));
  }

  private static Tensor optional(GoldenCase c, String name) {
    return c.has(name) ? c.input(name) : null;
  }

  /** PyTorch's None is null there. */
  private static boolean given(GoldenCase c, String name) {
    return c.attrs().has(name) && !c.attrs().get(name).isJsonNull();
  }

  private static float eps(GoldenCase c) {
    return c.attrs().has("eps") ? c.number("eps") : 1e-5f;
  }

  /** A pair that the manifest may give as a list, as one number for both, or not at all. */
  private static int[] pair(GoldenCase c, String name, int otherwise) {
    double[] values = numbers(c, name, otherwise);
    return new int[] {(int) values[0], (int) values[1]};
  }

  private static double[] numbers(GoldenCase c, String name, double otherwise) {
    if (!given(c, name)) {
      return new double[] {otherwise, otherwise};
    }
    if (c.attrs().get(name).isJsonPrimitive()) {
      double both = c.attrs().get(name).getAsDouble();
      return new double[] {both, both};
    }
    double[] all =
        c.attrs().getAsJsonArray(name).asList().stream()
            .mapToDouble(e -> e.getAsDouble())
            .toArray();
    return all.length == 1 ? new double[] {all[0], all[0]} : all;
  }

  private static Tensor convTranspose2d(GoldenCase c) {
    int[] stride = pair(c, "stride", 1);
    int[] padding = pair(c, "padding", 0);
    int[] dilation = pair(c, "dilation", 1);
    int[] output = pair(c, "output_padding", 0);
    ConvParams params =
        ConvParams.DEFAULT
            .withStride(stride[0], stride[1])
            .withPadding(padding[0], padding[1])
            .withDilation(dilation[0], dilation[1])
            .withGroups(c.attrs().has("groups") ? c.integer("groups") : 1);
    return Functional.convTranspose2d(
        c.input("x"), c.input("weight"), optional(c, "bias"), params, output[0], output[1]);
  }

  private static InterpolateParams resizing(GoldenCase c) {
    int[] size = pair(c, "size", 0);
    double[] scale = numbers(c, c.attrs().has("scale") ? "scale" : "scale_factor", 0);
    InterpolateParams to =
        size[0] > 0
            ? InterpolateParams.size(size[0], size[1])
            : InterpolateParams.scaleFactor(scale[0], scale[1]);
    String mode = c.attrs().has("mode") ? c.text("mode") : "nearest";
    return to.withMode(Mode.valueOf(mode.toUpperCase(Locale.ROOT).replace('-', '_')))
        .withAlignCorners(given(c, "align_corners") && c.flag("align_corners"));
  }

  private static Tensor embedding(GoldenCase c) {
    Tensor weight = c.input("weight");
    Shape shape = c.expected("index").shape();
    return given(c, "padding_idx")
        ? Functional.embedding(weight, c.indices("index"), shape, c.integer("padding_idx"))
        : Functional.embedding(weight, c.indices("index"), shape);
  }
}
