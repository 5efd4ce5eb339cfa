package dev.graft.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector loops of batch normalisation. "Rows" loops take channels-last arrays, four vectors of
 * channels at a time down a block of rows; "run" loops take neighbours of one channel.
 */
final class NormLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private NormLoops() {}

  /** {@code sum[c] = Σ_r x[at + r·channels + c]}. */
  static void sumRows(float[] x, int at, int rows, int channels, float[] sum) {
    int c = 0;
    for (; c <= channels - 4 * L; c += 4 * L) {
      FloatVector s0 = FloatVector.zero(S);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      for (int i = at + c, r = 0; r < rows; r++, i += channels) {
        s0 = s0.add(FloatVector.fromArray(S, x, i));
        s1 = s1.add(FloatVector.fromArray(S, x, i + L));
        s2 = s2.add(FloatVector.fromArray(S, x, i + 2 * L));
        s3 = s3.add(FloatVector.fromArray(S, x, i + 3 * L));
      }
      s0.intoArray(sum, c);
      s1.intoArray(sum, c + L);
      s2.intoArray(sum, c + 2 * L);
      s3.intoArray(sum, c + 3 * L);
    }
    for (; c < channels; c += L) {
      VectorMask<Float> m = S.indexInRange(c, channels);
      FloatVector s = FloatVector.zero(S);
      for (int i = at + c, r = 0; r < rows; r++, i += channels) {
        s = s.add(FloatVector.fromArray(S, x, i, m));
      }
      s.intoArray(sum, c, m);
    }
  }

  /** {@code sum[c] = Σ_r d, square[c] = Σ_r d²} with d = x[at + r·channels + c] − mean[c]. */
  static void deviationRows(
      float[] x, int at, int rows, int channels, float[] mean, float[] sum, float[] square) {
    int c = 0;
    for (; c <= channels - 2 * L; c += 2 * L) {
      FloatVector m0 = FloatVector.fromArray(S, mean, c);
      FloatVector m1 = FloatVector.fromArray(S, mean, c + L);
      FloatVector s0 = FloatVector.zero(S);
      FloatVector s1 = s0;
      FloatVector q0 = s0;
      FloatVector q1 = s0;
      for (int i = at + c, r = 0; r < rows; r++, i += channels) {
        FloatVector d0 = FloatVector.fromArray(S, x, i).sub(m0);
        FloatVector d1 = FloatVector.fromArray(S, x, i + L).sub(m1);
        s0 = s0.add(d0);
        s1 = s1.add(d1);
        q0 = d0.fma(d0, q0);
        q1 = d1.fma(d1, q1);
      }
      s0.intoArray(sum, c);
      s1.intoArray(sum, c + L);
      q0.intoArray(square, c);
      q1.intoArray(square, c + L);
    }
    for (; c < channels; c += L) {
      VectorMask<Float> m = S.indexInRange(c, channels);
      FloatVector m0 = FloatVector.fromArray(S, mean, c, m);
      FloatVector s = FloatVector.zero(S);
      FloatVector q = s;
      for (int i = at + c, r = 0; r < rows; r++, i += channels) {
        FloatVector d = FloatVector.fromArray(S, x, i, m).sub(m0);
        s = s.add(d);
        q = d.fma(d, q);
      }
      s.intoArray(sum, c, m);
      q.intoArray(square, c, m);
    }
  }

  /** {@code sum[c] = Σ_r g, dot[c] = Σ_r g·(x − mean[c])}. */
  static void gradRows(
      float[] x,
      int xo,
      float[] g,
      int go,
      int rows,
      int channels,
      float[] mean,
      float[] sum,
      float[] dot) {
    int c = 0;
    for (; c <= channels - 2 * L; c += 2 * L) {
      FloatVector m0 = FloatVector.fromArray(S, mean, c);
      FloatVector m1 = FloatVector.fromArray(S, mean, c + L);
      FloatVector s0 = FloatVector.zero(S);
      FloatVector s1 = s0;
      FloatVector d0 = s0;
      FloatVector d1 = s0;
      for (int i = xo + c, j = go + c, r = 0; r < rows; r++, i += channels, j += channels) {
        FloatVector g0 = FloatVector.fromArray(S, g, j);
        FloatVector g1 = FloatVector.fromArray(S, g, j + L);
        s0 = s0.add(g0);
        s1 = s1.add(g1);
        d0 = FloatVector.fromArray(S, x, i).sub(m0).fma(g0, d0);
        d1 = FloatVector.fromArray(S, x, i + L).sub(m1).fma(g1, d1);
      }
      s0.intoArray(sum, c);
      s1.intoArray(sum, c + L);
      d0.intoArray(dot, c);
      d1.intoArray(dot, c + L);
    }
    for (; c < channels; c += L) {
      VectorMask<Float> m = S.indexInRange(c, channels);
      FloatVector m0 = FloatVector.fromArray(S, mean, c, m);
      FloatVector s = FloatVector.zero(S);
      FloatVector d = s;
      for (int i = xo + c, j = go + c, r = 0; r < rows; r++, i += channels, j += channels) {
        FloatVector g0 = FloatVector.fromArray(S, g, j, m);
        s = s.add(g0);
        d = FloatVector.fromArray(S, x, i, m).sub(m0).fma(g0, d);
      }
      s.intoArray(sum, c, m);
      d.intoArray(dot, c, m);
    }
  }

  /** Σ(x − mean) and Σ(x − mean)² of at most {@link RowLoops#BLOCK} neighbours. */
  static void deviationRun(float[] x, int at, int n, float mean, float[] result) {
    FloatVector s = FloatVector.zero(S);
    FloatVector q = s;
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector d = FloatVector.fromArray(S, x, at + i).sub(mean);
      s = s.add(d);
      q = d.fma(d, q);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector d =
          FloatVector.zero(S).blend(FloatVector.fromArray(S, x, at + i, m).sub(mean), m);
      s = s.add(d);
      q = d.fma(d, q);
    }
    result[0] = VectorMath.sum(s);
    result[1] = VectorMath.sum(q);
  }

  /** Σg·(x − mean) of at most {@link RowLoops#BLOCK} neighbours. */
  static float dotRun(float[] x, int xo, float[] g, int go, int n, float mean) {
    FloatVector s = FloatVector.zero(S);
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector d = FloatVector.fromArray(S, x, xo + i).sub(mean);
      s = d.fma(FloatVector.fromArray(S, g, go + i), s);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector d = FloatVector.fromArray(S, x, xo + i, m).sub(mean);
      s = d.fma(FloatVector.fromArray(S, g, go + i, m), s);
    }
    return VectorMath.sum(s);
  }

  /** {@code y = (x − mean)·scale + bias} with parameters that repeat every {@code width}. */
  static void normalizeRows(
      float[] x,
      int xo,
      float[] y,
      int yo,
      int n,
      int width,
      float[] mean,
      float[] scale,
      float[] bias) {
    for (int base = 0; base < n; base += width) {
      int end = Math.min(width, n - base);
      int i = 0;
      for (; i <= end - L; i += L) {
        FloatVector d =
            FloatVector.fromArray(S, x, xo + base + i).sub(FloatVector.fromArray(S, mean, i));
        d.fma(FloatVector.fromArray(S, scale, i), FloatVector.fromArray(S, bias, i))
            .intoArray(y, yo + base + i);
      }
      // Not masked: at an array's end some JVMs' code makes a mask object at every call.
      for (; i < end; i++) {
        y[yo + base + i] = Math.fma(x[xo + base + i] - mean[i], scale[i], bias[i]);
      }
    }
  }

  /** The same along a run of one channel. */
  static void normalizeRun(
      float[] x, int xo, float[] y, int yo, int n, float mean, float scale, float bias) {
    FloatVector add = FloatVector.broadcast(S, bias);
    FloatVector factor = FloatVector.broadcast(S, scale);
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector.fromArray(S, x, xo + i).sub(mean).fma(factor, add).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = Math.fma(x[xo + i] - mean, scale, bias);
    }
  }

  /** {@code d += g·scale}, with a scale that repeats every {@code width}. */
  static void addScaledRows(float[] g, int go, float[] d, int to, int n, int width, float[] scale) {
    for (int base = 0; base < n; base += width) {
      int end = Math.min(width, n - base);
      int i = 0;
      for (; i <= end - L; i += L) {
        FloatVector.fromArray(S, g, go + base + i)
            .fma(FloatVector.fromArray(S, scale, i), FloatVector.fromArray(S, d, to + base + i))
            .intoArray(d, to + base + i);
      }
      if (i < end) {
        VectorMask<Float> m = S.indexInRange(i, end);
        FloatVector v = FloatVector.fromArray(S, g, go + base + i, m);
        v.fma(FloatVector.fromArray(S, scale, i, m), FloatVector.fromArray(S, d, to + base + i, m))
            .intoArray(d, to + base + i, m);
      }
    }
  }

  /** The same along a run of one channel. */
  static void addScaledRun(float[] g, int go, float[] d, int to, int n, float scale) {
    FloatVector factor = FloatVector.broadcast(S, scale);
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector.fromArray(S, g, go + i)
          .fma(factor, FloatVector.fromArray(S, d, to + i))
          .intoArray(d, to + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector.fromArray(S, g, go + i, m)
          .fma(factor, FloatVector.fromArray(S, d, to + i, m))
          .intoArray(d, to + i, m);
    }
  }
}
