package dev.graft.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector loops of batch normalisation. "Rows" loops take channels-last arrays; "run" loops take
 * neighbours of one channel.
 */
final class NormLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** Floats of a page of 4 KB. */
  private static final int PAGE = 1024;

  private NormLoops() {}

  /** {@code sums[to + c] = Σ_r x[at + r·channels + c]}. */
  static void sumRows(float[] x, int at, int rows, int channels, float[] sums, int to) {
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
      s0.intoArray(sums, to + c);
      s1.intoArray(sums, to + c + L);
      s2.intoArray(sums, to + c + 2 * L);
      s3.intoArray(sums, to + c + 3 * L);
    }
    for (; c < channels; c += L) {
      VectorMask<Float> m = S.indexInRange(c, channels);
      FloatVector s = FloatVector.zero(S);
      for (int i = at + c, r = 0; r < rows; r++, i += channels) {
        s = s.add(FloatVector.fromArray(S, x, i, m));
      }
      s.intoArray(sums, to + c, m);
    }
  }

  /**
   * {@code parts[sum + c] += Σ_r d, parts[square + c] += Σ_r d²} with d = x[at + r·channels + c] −
   * parts[about + c]. Row by row, with sums in L1, so that memory is read in its order: down the
   * rows, a few channels at a time, rows of 256 came at 20 GB/s instead of 29. Of rows as long as a
   * page four at a time are as quick to read, and sums are loaded more rarely: rows of 2048 at 19
   * GB/s instead of 13.
   */
  static void deviationRows(
      float[] x, int at, int rows, int channels, float[] parts, int about, int sum, int square) {
    int bound = S.loopBound(channels);
    int base = at;
    int r = 0;
    for (; channels >= PAGE && r <= rows - 4; r += 4, base += 4 * channels) {
      for (int c = 0; c < bound; c += L) {
        FloatVector m = FloatVector.fromArray(S, parts, about + c);
        int i = base + c;
        FloatVector d = FloatVector.fromArray(S, x, i).sub(m);
        FloatVector s = FloatVector.fromArray(S, parts, sum + c).add(d);
        FloatVector q = d.fma(d, FloatVector.fromArray(S, parts, square + c));
        i += channels;
        d = FloatVector.fromArray(S, x, i).sub(m);
        s = s.add(d);
        q = d.fma(d, q);
        i += channels;
        d = FloatVector.fromArray(S, x, i).sub(m);
        s = s.add(d);
        q = d.fma(d, q);
        i += channels;
        d = FloatVector.fromArray(S, x, i).sub(m);
        s.add(d).intoArray(parts, sum + c);
        d.fma(d, q).intoArray(parts, square + c);
      }
    }
    for (; r < rows; r++, base += channels) {
      for (int c = 0; c < bound; c += L) {
        FloatVector d =
            FloatVector.fromArray(S, x, base + c).sub(FloatVector.fromArray(S, parts, about + c));
        FloatVector.fromArray(S, parts, sum + c).add(d).intoArray(parts, sum + c);
        d.fma(d, FloatVector.fromArray(S, parts, square + c)).intoArray(parts, square + c);
      }
    }
    for (int c = bound; c < channels; c++) {
      for (int i = at + c, k = 0; k < rows; k++, i += channels) {
        float d = x[i] - parts[about + c];
        parts[sum + c] += d;
        parts[square + c] = Math.fma(d, d, parts[square + c]);
      }
    }
  }

  /**
   * {@code sums[sum + c] += Σ_r g, sums[dot + c] += Σ_r g·(x − mean[c])}, in the order of memory.
   */
  static void gradRows(
      float[] x,
      int xo,
      float[] g,
      int go,
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
        FloatVector.fromArray(S, sums, sum + c).add(u).intoArray(sums, sum + c);
        FloatVector.fromArray(S, x, xo + base + c)
            .sub(FloatVector.fromArray(S, mean, c))
            .fma(u, FloatVector.fromArray(S, sums, dot + c))
            .intoArray(sums, dot + c);
      }
    }
    for (int c = bound; c < channels; c++) {
      for (int i = c, k = 0; k < rows; k++, i += channels) {
        sums[sum + c] += g[go + i];
        sums[dot + c] = Math.fma(x[xo + i] - mean[c], g[go + i], sums[dot + c]);
      }
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

  /** {@code d += g·scale} along a run of one channel. */
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
