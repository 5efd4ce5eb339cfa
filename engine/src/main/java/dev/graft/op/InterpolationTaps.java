package dev.graft.op;

import dev.graft.backend.AxisTaps;

/** Which elements of an axis each resized element is made of: PyTorch's rules, in double. */
final class InterpolationTaps {
  private static final double CUBIC = -0.75;

  private final int in;
  private final int out;
  private final double step;
  private final InterpolateParams params;

  private InterpolationTaps(InterpolateParams params, int in, int out, double scale) {
    this.params = params;
    this.in = in;
    this.out = out;
    // A factor that was given decides, not the quotient of the sizes that it was rounded to.
    double ratio = scale > 0 ? 1 / scale : (double) in / out;
    this.step = params.alignCorners() ? (out > 1 ? (in - 1.0) / (out - 1) : 0) : ratio;
  }

  /**
   * @param scale the factor that the size was computed from, or 0
   */
  static AxisTaps of(InterpolateParams params, int in, int out, double scale) {
    InterpolationTaps axis = new InterpolationTaps(params, in, out, scale);
    return switch (params.mode()) {
      case NEAREST -> axis.nearest(0);
      case NEAREST_EXACT -> axis.nearest(0.5);
      case BILINEAR -> axis.linear();
      case BICUBIC -> axis.cubic();
      case AREA -> axis.area();
    };
  }

  private static AxisTaps allocate(int count, int each) {
    AxisTaps taps =
        new AxisTaps(new int[count + 1], new int[count * each], new float[count * each]);
    for (int i = 0; i <= count; i++) {
      taps.start()[i] = i * each;
    }
    return taps;
  }

  private static void set(AxisTaps taps, int k, int index, double weight) {
    taps.index()[k] = index;
    taps.weight()[k] = (float) weight;
  }

  private int inside(int index) {
    return Math.clamp(index, 0, in - 1);
  }

  /** Where the centre of element i lies among the input's. */
  private double source(int i) {
    return params.alignCorners() ? step * i : step * (i + 0.5) - 0.5;
  }

  private AxisTaps nearest(double center) {
    AxisTaps taps = allocate(out, 1);
    for (int i = 0; i < out; i++) {
      // PyTorch rounds to float32 first: 3·(1/3) and its like then are whole.
      set(taps, i, inside((int) Math.floor((float) (step * (i + center)))), 1);
    }
    return taps;
  }

  private AxisTaps linear() {
    AxisTaps taps = allocate(out, 2);
    for (int i = 0; i < out; i++) {
      // An unchanged size copies, whatever factor asked for it, as in PyTorch.
      double at = in == out ? i : Math.max(source(i), 0);
      int first = inside((int) at);
      double part = Math.min(at - first, 1);
      set(taps, 2 * i, first, 1 - part);
      set(taps, 2 * i + 1, inside(first + 1), part);
    }
    return taps;
  }

  private AxisTaps cubic() {
    AxisTaps taps = allocate(out, 4);
    for (int i = 0; i < out; i++) {
      double at = source(i);
      int first = (int) Math.floor(at);
      double t = at - first;
      set(taps, 4 * i, inside(first - 1), far(t + 1));
      set(taps, 4 * i + 1, inside(first), near(t));
      set(taps, 4 * i + 2, inside(first + 1), near(1 - t));
      set(taps, 4 * i + 3, inside(first + 2), far(2 - t));
    }
    return taps;
  }

  /** The cubic kernel within 1 of its centre. */
  private static double near(double x) {
    return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
  }

  /** The cubic kernel between 1 and 2 from its centre. */
  private static double far(double x) {
    return ((CUBIC * x - 5 * CUBIC) * x + 8 * CUBIC) * x - 4 * CUBIC;
  }

  private AxisTaps area() {
    int[] start = new int[out + 1];
    int[] first = new int[out];
    for (int i = 0; i < out; i++) {
      first[i] = (int) ((long) i * in / out);
      int end = (int) (((long) (i + 1) * in + out - 1) / out);
      start[i + 1] = start[i] + end - first[i];
    }
    AxisTaps taps = new AxisTaps(start, new int[start[out]], new float[start[out]]);
    for (int i = 0; i < out; i++) {
      for (int k = start[i]; k < start[i + 1]; k++) {
        set(taps, k, first[i] + k - start[i], 1.0 / (start[i + 1] - start[i]));
      }
    }
    return taps;
  }
}
