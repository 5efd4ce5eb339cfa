package dev.graft.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
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
      if (i < end) {
        VectorMask<Float> m = S.indexInRange(i, end);
        FloatVector v = FloatVector.fromArray(S, x, xo + base + i, m);
        v = v.sub(FloatVector.fromArray(S, mean, i, m));
        v = v.fma(FloatVector.fromArray(S, scale, i, m), FloatVector.fromArray(S, b, i, m));
        v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, yo + base + i, m);
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
      if (i < end) {
        VectorMask<Float> m = S.indexInRange(i, end);
        FloatVector v = FloatVector.fromArray(S, x, xo + base + i, m);
        v = v.sub(FloatVector.fromArray(S, mean, i, m));
        v = v.fma(FloatVector.fromArray(S, scale, i, m), FloatVector.fromArray(S, b, i, m));
        v = v.add(FloatVector.fromArray(S, r, ro + base + i, m));
        v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, yo + base + i, m);
      }
    }
  }

  /**
   * {@code k = y > 0 ? g : 0; sum[c] = Σ_r k, dot[c] = Σ_r k·(x − mean[c])}; k is kept. All arrays
   * have rows of {@code channels}.
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
      float[] sum,
      float[] dot) {
    int c = 0;
    for (; c <= channels - L; c += L) {
      FloatVector m = FloatVector.fromArray(S, mean, c);
      FloatVector s = FloatVector.zero(S);
      FloatVector d = s;
      for (int i = c, end = rows * channels; i < end; i += channels) {
        FloatVector u = FloatVector.fromArray(S, g, go + i);
        FloatVector v = FloatVector.fromArray(S, y, yo + i);
        u = u.blend(0f, v.compare(VectorOperators.GT, 0f).not());
        u.intoArray(kept, ko + i);
        s = s.add(u);
        d = FloatVector.fromArray(S, x, xo + i).sub(m).fma(u, d);
      }
      s.intoArray(sum, c);
      d.intoArray(dot, c);
    }
    for (; c < channels; c++) {
      float s = 0;
      float d = 0;
      for (int i = c, end = rows * channels; i < end; i += channels) {
        float u = y[yo + i] > 0 ? g[go + i] : 0;
        kept[ko + i] = u;
        s += u;
        d = Math.fma(x[xo + i] - mean[c], u, d);
      }
      sum[c] = s;
      dot[c] = d;
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
      if (i < end) {
        VectorMask<Float> m = S.indexInRange(i, end);
        FloatVector v = FloatVector.fromArray(S, x, xo + base + i, m);
        v = v.sub(FloatVector.fromArray(S, mean, i, m));
        v = v.fma(FloatVector.fromArray(S, slope, i, m), FloatVector.fromArray(S, constant, i, m));
        FloatVector.fromArray(S, g, go + base + i, m)
            .fma(FloatVector.fromArray(S, scale, i, m), v)
            .intoArray(d, to + base + i, m);
      }
    }
  }
}
