package dev.graft.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector loops of batch normalisation with a ReLU behind it, on channels-last arrays; see
 * {@link NormLoops}. Parameters repeat every {@code width} floats.
 */
final class NormReluLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private NormReluLoops() {}

  /** {@code y = relu((x − mean)·scale + bias)}. */
  static void forward(
      float[] x,
      int xo,
      float[] y,
      int yo,
      int n,
      int width,
      float[] mean,
      float[] scale,
      float[] b) {
    for (int base = 0; base < n; base += width) {
      int end = Math.min(width, n - base);
      int i = 0;
      for (; i <= end - L; i += L) {
        FloatVector v = FloatVector.fromArray(S, x, xo + base + i);
        v = v.sub(FloatVector.fromArray(S, mean, i));
        v = v.fma(FloatVector.fromArray(S, scale, i), FloatVector.fromArray(S, b, i));
        v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, yo + base + i);
      }
      for (; i < end; i++) {
        float v = Math.fma(x[xo + base + i] - mean[i], scale[i], b[i]);
        y[yo + base + i] = v <= 0 ? 0 : v;
      }
    }
  }

  /** {@code y = relu((x − mean)·scale + bias + r)}. */
  static void forward(
      float[] x,
      int xo,
      float[] r,
      int ro,
      float[] y,
      int yo,
      int n,
      int width,
      float[] mean,
      float[] scale,
      float[] b) {
    for (int base = 0; base < n; base += width) {
      int end = Math.min(width, n - base);
      int i = 0;
      for (; i <= end - L; i += L) {
        FloatVector v = FloatVector.fromArray(S, x, xo + base + i);
        v = v.sub(FloatVector.fromArray(S, mean, i));
        v = v.fma(FloatVector.fromArray(S, scale, i), FloatVector.fromArray(S, b, i));
        v = v.add(FloatVector.fromArray(S, r, ro + base + i));
        v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, yo + base + i);
      }
      for (; i < end; i++) {
        float v = Math.fma(x[xo + base + i] - mean[i], scale[i], b[i]) + r[ro + base + i];
        y[yo + base + i] = v <= 0 ? 0 : v;
      }
    }
  }

  /**
   * {@code k = y > 0 ? g : 0; sums[sum + c] += Σ_r k, sums[dot + c] += Σ_r k·(x − mean[c])}; k is
   * kept. All arrays have rows of {@code channels}. Row by row, with sums in L1, so that memory is
   * read in its order.
   */
  static void gradRows(
      float[] x,
      int xo,
      float[] y,
      int yo,
      float[] g,
      int go,
      float[] kept,
      int ko,
      int rows,
      int channels,
      float[] mean,
      float[] sums,
      int sum,
      int dot) {
    int bound = S.loopBound(channels);
    for (int r = 0, base = 0; r < rows; r++, base += channels) {
      for (int c = 0; c < bound; c += L) {
        FloatVector u = FloatVector.fromArray(S, g, go + base + c);
        FloatVector v = FloatVector.fromArray(S, y, yo + base + c);
        u = u.blend(0f, v.compare(VectorOperators.GT, 0f).not());
        u.intoArray(kept, ko + base + c);
        FloatVector.fromArray(S, sums, sum + c).add(u).intoArray(sums, sum + c);
        FloatVector.fromArray(S, x, xo + base + c)
            .sub(FloatVector.fromArray(S, mean, c))
            .fma(u, FloatVector.fromArray(S, sums, dot + c))
            .intoArray(sums, dot + c);
      }
      for (int c = bound; c < channels; c++) {
        float u = y[yo + base + c] > 0 ? g[go + base + c] : 0;
        kept[ko + base + c] = u;
        sums[sum + c] += u;
        sums[dot + c] = Math.fma(x[xo + base + c] - mean[c], u, sums[dot + c]);
      }
    }
  }

  /**
   * {@code k = y > 0 ? g : 0} of {@code y = (x − mean)·scale + bias}, computed as {@link #forward}
   * does; {@code sums[sum + c] += Σ_r k, sums[dot + c] += Σ_r k·(x − mean[c])}.
   */
  static void gradRows(
      float[] x,
      int xo,
      float[] g,
      int go,
      int rows,
      int channels,
      float[] mean,
      float[] scale,
      float[] bias,
      float[] sums,
      int sum,
      int dot) {
    int bound = S.loopBound(channels);
    for (int r = 0, base = 0; r < rows; r++, base += channels) {
      for (int c = 0; c < bound; c += L) {
        FloatVector v = FloatVector.fromArray(S, x, xo + base + c);
        v = v.sub(FloatVector.fromArray(S, mean, c));
        FloatVector y =
            v.fma(FloatVector.fromArray(S, scale, c), FloatVector.fromArray(S, bias, c));
        FloatVector u = FloatVector.fromArray(S, g, go + base + c);
        u = u.blend(0f, y.compare(VectorOperators.GT, 0f).not());
        FloatVector.fromArray(S, sums, sum + c).add(u).intoArray(sums, sum + c);
        v.fma(u, FloatVector.fromArray(S, sums, dot + c)).intoArray(sums, dot + c);
      }
      for (int c = bound; c < channels; c++) {
        float v = x[xo + base + c] - mean[c];
        float u = Math.fma(v, scale[c], bias[c]) > 0 ? g[go + base + c] : 0;
        sums[sum + c] += u;
        sums[dot + c] = Math.fma(v, u, sums[dot + c]);
      }
    }
  }

  /** {@code d = (x − mean)·slope + constant + g·scale}; d may be g. */
  static void combine(
      float[] x,
      int xo,
      float[] g,
      int go,
      float[] d,
      int to,
      int n,
      int width,
      float[] mean,
      float[] slope,
      float[] constant,
      float[] scale) {
    for (int base = 0; base < n; base += width) {
      int end = Math.min(width, n - base);
      int i = 0;
      for (; i <= end - L; i += L) {
        FloatVector v = FloatVector.fromArray(S, x, xo + base + i);
        v = v.sub(FloatVector.fromArray(S, mean, i));
        v = v.fma(FloatVector.fromArray(S, slope, i), FloatVector.fromArray(S, constant, i));
        FloatVector.fromArray(S, g, go + base + i)
            .fma(FloatVector.fromArray(S, scale, i), v)
            .intoArray(d, to + base + i);
      }
      for (; i < end; i++) {
        float v = Math.fma(x[xo + base + i] - mean[i], slope[i], constant[i]);
        d[to + base + i] = Math.fma(g[go + base + i], scale[i], v);
      }
    }
  }

  /**
   * {@code d = (x − mean)·slope + constant + k·scale}, k as in {@link #gradRows(float[], int,
   * float[], int, int, int, float[], float[], float[], float[], int, int)}; d may be g.
   */
  static void combine(
      float[] x,
      int xo,
      float[] g,
      int go,
      float[] d,
      int to,
      int n,
      int width,
      float[] mean,
      float[] slope,
      float[] constant,
      float[] scale,
      float[] bias) {
    for (int base = 0; base < n; base += width) {
      int end = Math.min(width, n - base);
      int i = 0;
      for (; i <= end - L; i += L) {
        FloatVector v = FloatVector.fromArray(S, x, xo + base + i);
        v = v.sub(FloatVector.fromArray(S, mean, i));
        FloatVector s = FloatVector.fromArray(S, scale, i);
        FloatVector y = v.fma(s, FloatVector.fromArray(S, bias, i));
        FloatVector u = FloatVector.fromArray(S, g, go + base + i);
        u = u.blend(0f, y.compare(VectorOperators.GT, 0f).not());
        v = v.fma(FloatVector.fromArray(S, slope, i), FloatVector.fromArray(S, constant, i));
        u.fma(s, v).intoArray(d, to + base + i);
      }
      for (; i < end; i++) {
        float v = x[xo + base + i] - mean[i];
        float u = Math.fma(v, scale[i], bias[i]) > 0 ? g[go + base + i] : 0;
        d[to + base + i] = Math.fma(u, scale[i], Math.fma(v, slope[i], constant[i]));
      }
    }
  }
}
