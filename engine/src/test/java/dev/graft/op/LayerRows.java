package dev.graft.op;

import dev.graft.op.InterpolateParams.Mode;
import dev.graft.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The rows of {@link GradientRows} for transposed convolution, norms, resizing and embeddings. */
final class LayerRows {
  private static final double EPS = 0x1p-10;

  private final List<GradientRow> rows = new ArrayList<>();

  private LayerRows() {
    transposedConvolutions();
    layerNorms();
    groupNorms();
    resizing();
    embeddings();
    rows.add(
        GradientRow.of(
            new AdaptiveMaxPool2d(3, 2),
            in -> DoubleImages.adaptiveMaxPool2d(in[0], 3, 2),
            dims(2, 3, 7, 5)));
    rows.add(GradientRow.of(new Pad(1, 0, 0, 2, 1.5f), in -> padded(in[0], 1.5), dims(2, 3, 4)));
  }

  static List<GradientRow> all() {
    return List.copyOf(new LayerRows().rows);
  }

  private static int[] dims(int... dims) {
    return dims;
  }

  /** One column on the left and two rows below. */
  private static Doubles padded(Doubles x, double value) {
    Doubles inside = x.map(v -> v - value);
    return inside.along(2, 5, i -> i - 1).along(1, 5, i -> i).map(v -> v + value);
  }

  private void transposedConvolutions() {
    ConvParams plain = ConvParams.DEFAULT;
    transposed(plain, 0, 0, dims(2, 3, 4, 5), dims(3, 4, 1, 1));
    transposed(plain.withPadding(1), 0, 0, dims(1, 3, 4, 5), dims(3, 2, 3, 3));
    transposed(plain.withStride(2).withPadding(1), 1, 1, dims(2, 3, 3, 4), dims(3, 2, 3, 3));
    transposed(plain.withStride(3, 2), 2, 0, dims(1, 2, 3, 3), dims(2, 3, 1, 2));
    transposed(
        plain.withStride(2, 1).withPadding(0, 2).withDilation(1, 2).withGroups(2),
        1,
        0,
        dims(2, 4, 3, 5),
        dims(4, 3, 3, 2));
    transposed(plain.withStride(2).withGroups(4), 0, 1, dims(1, 4, 3, 3), dims(4, 1, 2, 2));
    // An output padding of a stride or more, below the dilation.
    transposed(plain.withDilation(3).withPadding(1, 2), 2, 1, dims(1, 2, 4, 3), dims(2, 3, 2, 3));
    transposed(plain.withStride(2).withDilation(4), 3, 2, dims(1, 2, 3, 3), dims(2, 2, 2, 2));
  }

  private void transposed(ConvParams params, int padH, int padW, int[] x, int[] weight) {
    ConvTranspose2d op = new ConvTranspose2d(params, padH, padW);
    int outputs = weight[1] * params.groups();
    rows.add(
        GradientRow.of(
            op,
            in -> DoubleLayers.convTranspose2d(in[0], in[1], op).add(in[2].reshape(outputs, 1, 1)),
            x,
            weight,
            dims(outputs)));
  }

  private void layerNorms() {
    Op one = new LayerNorm(Shape.of(7), (float) EPS);
    int[] x = dims(3, 4, 7);
    rows.add(GradientRow.of(one, in -> DoubleLayers.normal(in[0], EPS, 2), x));
    rows.add(GradientRow.of(one, in -> DoubleLayers.normal(in[0], EPS, 2).mul(in[1]), x, dims(7)));
    rows.add(
        GradientRow.of(
            one,
            in -> DoubleLayers.normal(in[0], EPS, 2).mul(in[1]).add(in[2]),
            x,
            dims(7),
            dims(7)));
    rows.add(
        GradientRow.of(
            one,
            in -> DoubleLayers.normal(in[0], EPS, 0).mul(in[1]).add(in[2]),
            dims(7),
            dims(7),
            dims(7)));
    int[] image = dims(4, 3, 2);
    rows.add(
        GradientRow.of(
            new LayerNorm(Shape.of(image), (float) EPS),
            in -> DoubleLayers.normal(in[0], EPS, 1, 2, 3).mul(in[1]).add(in[2]),
            dims(3, 4, 3, 2),
            image,
            image));
  }

  private void groupNorms() {
    for (int[] x : List.of(dims(3, 6, 4, 2), dims(2, 6, 5), dims(3, 6))) {
      for (int groups : new int[] {1, 2, 6}) {
        if (x.length == 2 && groups == 6) {
          continue; // one value each: nothing to learn from it
        }
        Op op = new GroupNorm(groups, (float) EPS);
        rows.add(
            GradientRow.of(
                op,
                in ->
                    DoubleLayers.groupNorm(in[0], groups, EPS)
                        .mul(DoubleLayers.perChannel(in[1], in[0]))
                        .add(DoubleLayers.perChannel(in[2], in[0])),
                x,
                dims(6),
                dims(6)));
      }
    }
    rows.add(
        GradientRow.of(
            new GroupNorm(3, (float) EPS),
            in -> DoubleLayers.groupNorm(in[0], 3, EPS),
            dims(2, 6, 3, 3)));
  }

  private void resizing() {
    for (Mode mode : Mode.values()) {
      boolean corners = mode == Mode.BILINEAR || mode == Mode.BICUBIC;
      for (boolean align : corners ? new boolean[] {false, true} : new boolean[] {false}) {
        resize(InterpolateParams.size(7, 9), mode, align, 7, 9);
        resize(InterpolateParams.size(2, 3), mode, align, 2, 3);
        resize(InterpolateParams.size(1, 10), mode, align, 1, 10);
        resize(InterpolateParams.size(4, 5), mode, align, 4, 5);
        resize(InterpolateParams.scaleFactor(2), mode, align, 8, 10);
        resize(InterpolateParams.scaleFactor(3, 0.5), mode, align, 12, 2);
        // 4·2.3 = 9.2 and 5·1.7 = 8.5: the factors decide, not 9/4 and 8/5.
        resize(InterpolateParams.scaleFactor(2.3, 1.7), mode, align, 9, 8);
      }
    }
  }

  private void resize(InterpolateParams to, Mode mode, boolean align, int h, int w) {
    InterpolateParams params = to.withMode(mode).withAlignCorners(align);
    rows.add(
        GradientRow.of(
            new Interpolate(params),
            in -> DoubleLayers.interpolate(in[0], params, h, w),
            dims(2, 3, 4, 5)));
  }

  private void embeddings() {
    int[] index = {2, 0, 2, 4, 2, 4};
    rows.add(embedding(index, -1, dims(2, 3)));
    rows.add(embedding(index, -1, dims(6)));
    rows.add(embedding(new int[] {3}, -1, dims()));
    // Row 3 is the padding and does not occur: that its gradient is zero is no special case here.
    rows.add(embedding(index, 3, dims(3, 1, 2)));
  }

  private static GradientRow embedding(int[] index, int padding, int[] shape) {
    int[] out = Arrays.copyOf(shape, shape.length + 1);
    out[shape.length] = 4;
    return GradientRow.of(
        new Embedding(index, Shape.of(shape), padding),
        in -> in[0].along(0, index.length, i -> index[i]).reshape(out),
        dims(5, 4));
  }
}
