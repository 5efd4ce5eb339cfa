package dev.graft.backend.cpu;

import static dev.graft.backend.cpu.KernelCase.EXACT;
import static dev.graft.backend.cpu.KernelCase.FORWARD;
import static dev.graft.backend.cpu.KernelCase.flat;
import static dev.graft.backend.cpu.KernelCase.last;
import static dev.graft.backend.cpu.KernelCase.output;
import static dev.graft.backend.cpu.KernelCase.rows;
import static dev.graft.backend.cpu.KernelCase.view;

import dev.graft.backend.AxisTaps;
import dev.graft.backend.Backend;
import dev.graft.backend.ConvShape;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Resampling, transposed convolution, adaptive maxima, and rows picked by an index. */
final class ResizingCases {
  private ResizingCases() {}

  static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    for (int c : new int[] {1, 3, 15, 16, 17, 64, 70}) {
      for (boolean pixels : new boolean[] {true, false}) {
        Layout x = image(pixels, 2, c, 5, 7);
        resample(cases, x, copies(5, 9), copies(7, 11));
        resample(cases, x, taps(5, 9, 2), taps(7, 11, 2));
        resample(cases, x, taps(5, 3, 4), taps(7, 2, 4));
        resample(cases, x, taps(6, 5, 2).transposed(6), taps(7, 8, 1));
        resample(cases, x, taps(5, 70, 2), taps(7, 80, 3));
        adaptiveMax(cases, image(pixels, 2, c, 11, 13), image(!pixels, 2, c, 3, 5));
      }
    }
    resample(cases, last(1, 20, 12, 9).slice(2, 1, 11, 2), taps(5, 6, 2), taps(9, 4, 2));
    transposed(cases, new ConvShape(2, 5, 8, 11, 7, 3, 3, 1, 1, 1, 1, 1, 1, 1));
    transposed(cases, new ConvShape(1, 35, 9, 8, 34, 2, 2, 2, 2, 0, 0, 1, 1, 1));
    transposed(cases, new ConvShape(1, 4, 11, 13, 6, 1, 2, 3, 2, 0, 0, 1, 1, 1));
    transposed(cases, new ConvShape(1, 66, 9, 9, 34, 3, 3, 2, 2, 1, 1, 1, 1, 2));
    transposed(cases, new ConvShape(2, 8, 12, 7, 12, 3, 3, 1, 2, 2, 1, 2, 3, 4));
    for (int size : new int[] {1, 7, 16, 17, 33, 300}) {
      indexed(cases, size, 50, 2000);
      indexed(cases, size, 1, 40);
      indexed(cases, size, 3000, 20);
    }
    return cases;
  }

  private static Layout image(boolean pixels, int... dims) {
    return pixels ? last(dims).at(1) : rows(dims).at(1);
  }

  /** Any {@code each} elements of {@code in} for each of {@code out} results. */
  private static AxisTaps taps(int in, int out, int each) {
    Rng rng = Rng.of(in + 100L * out + each);
    int[] start = new int[out + 1];
    int[] index = new int[out * each];
    float[] weight = new float[index.length];
    for (int k = 0; k < index.length; k++) {
      start[k / each + 1] = k + 1;
      index[k] = rng.nextInt(in);
      weight[k] = (float) rng.nextGaussian();
    }
    return new AxisTaps(start, index, weight);
  }

  private static AxisTaps copies(int in, int out) {
    AxisTaps taps = taps(in, out, 1);
    Arrays.fill(taps.weight(), 1);
    return taps;
  }

  private static void resample(List<KernelCase> cases, Layout x, AxisTaps rows, AxisTaps columns) {
    for (boolean pixels : new boolean[] {true, false}) {
      Layout out = image(pixels, x.dim(0), x.dim(1), rows.count(), columns.count());
      cases.add(
          new KernelCase(
              "resample " + x + " to " + out,
              FORWARD,
              b -> {
                View y = output(b, out);
                b.resample().resample(view(b, x), rows, columns, y);
                return new float[][] {y.array()};
              }));
    }
  }

  private static void adaptiveMax(List<KernelCase> cases, Layout in, Layout out) {
    cases.add(
        new KernelCase(
            "adaptive maximum " + in + " to " + out,
            FORWARD,
            b -> {
              View x = view(b, in);
              x.array()[in.offset() + 2] = Float.NaN;
              View y = output(b, out);
              View dx = output(b, Layout.dense(in.shape(), out));
              b.pool().adaptiveMaxPool2d(x, y);
              b.pool().adaptiveMaxPool2dGrad(x, view(b, out), dx);
              return new float[][] {y.array(), dx.array()};
            }));
  }

  private static void transposed(List<KernelCase> cases, ConvShape s) {
    for (boolean biased : new boolean[] {true, false}) {
      for (boolean pixels : new boolean[] {true, false}) {
        cases.add(
            new KernelCase(
                "transposed convolution " + s + (biased ? " bias" : "") + (pixels ? "" : " planes"),
                FORWARD,
                b -> transposed(b, s, biased, pixels)));
      }
    }
  }

  private static float[][] transposed(Backend b, ConvShape s, boolean biased, boolean pixels) {
    View x = view(b, image(pixels, s.n(), s.outChannels(), s.outH(), s.outW()));
    View weight =
        view(b, rows(s.outChannels(), s.inChannelsPerGroup(), s.kernelH(), s.kernelW()), 0, 0.2);
    View out = output(b, last(s.n(), s.inChannels(), s.height(), s.width()).at(3));
    b.conv().convTranspose2d(s, x, weight, biased ? view(b, flat(s.inChannels())) : null, out);
    return new float[][] {out.array()};
  }

  private static void indexed(List<KernelCase> cases, int size, int rows, int count) {
    Rng rng = Rng.of(size);
    int[] index = new int[count];
    for (int i = 0; i < count; i++) {
      index[i] = rng.nextInt(rows);
    }
    cases.add(
        new KernelCase(
            count + " rows of [" + rows + ", " + size + "]",
            EXACT,
            b -> {
              View picked = output(b, rows(count, size).at(2));
              b.copies().indexSelect(view(b, rows(rows, size).at(1)), 0, index, picked);
              View sums = view(b, rows(rows, size));
              b.copies().indexAdd(picked, 0, index, sums);
              return new float[][] {picked.array(), sums.array()};
            }));
  }
}
