package dev.graft.backend.cpu.gemm;

import dev.graft.backend.View;
import dev.graft.backend.cpu.Parallel;
import dev.graft.backend.cpu.VectorMath;
import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.cold.PlainRows;
import dev.graft.backend.cpu.cold.WarmUp;
import dev.graft.backend.cpu.cold.Warming;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with so few rows that packing the right operand would cost more than the product: it is
 * read once, where it lies. Each element is summed over K in an order that depends on the sizes
 * alone.
 */
final class Skinny {
  /** Rows at most: with more, reading B again for each costs more than packing it. */
  private static final int ROWS = 4;

  /**
   * The same where sums run along B: packing would transpose it. 8×1000×2048 takes 0.44 of the time
   * of packing and multiplying, 16×1000×2048 0.63, 16×1000×512 0.79.
   */
  private static final int DOT_ROWS = 16;

  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** Floats of B in a task: about 10 µs of reading. */
  private static final int TASK = 1 << 16;

  private static boolean compiled = WarmUp.isOff();

  private Skinny() {}

  /** Whether one direction of B is contiguous and, where sums run along it, A's is too. */
  static boolean accepts(View a, View y, View out) {
    if (y.stride(2) == 1) {
      return out.dim(1) <= ROWS;
    }
    return out.dim(1) <= DOT_ROWS && y.stride(1) == 1 && a.stride(2) == 1;
  }

  /** Batch element {@code b} of the product. */
  static Parallel.Loop loop(View a, View y, View bias, View out, int b) {
    int k = a.dim(2);
    int n = out.dim(2);
    int aAt = a.offset() + b * a.stride(0);
    int yAt = y.offset() + b * y.stride(0);
    int outAt = out.offset() + b * out.dim(1) * n;
    int grain = Math.ceilDiv(TASK / Math.max(1, k), 4 * L) * 4 * L;
    return new Parallel.Loop(
        n,
        Math.max(4 * L, grain),
        (from, to) -> {
          for (int i = 0; i < out.dim(1); i++) {
            int row = aAt + i * a.stride(1);
            int target = outAt + i * n;
            if (y.stride(2) == 1) {
              sums(a.array(), row, a.stride(2), y, yAt, k, from, to, out.array(), target);
            } else {
              dots(a.array(), row, y.array(), yAt, y.stride(2), k, from, to, out.array(), target);
            }
            for (int j = from; bias != null && j < to; j++) {
              out.array()[target + j] += bias.array()[bias.offset() + j];
            }
          }
        });
  }

  static Warming warming() {
    int k = 12 * L + 1;
    float[] a = new float[k];
    float[] y = new float[k];
    float[] out = new float[4 * L];
    return new Warming(
        "few rows",
        k / L * 3 + 8 * 9,
        () -> {
          out[0] = dot(a, 0, y, 0, k);
          fourVectors(a, 0, 1, y, 0, L, 8, out, 0);
        },
        yes -> compiled = yes);
  }

  private static void sums(
      float[] a,
      int aAt,
      int aStep,
      View y,
      int yAt,
      int k,
      int from,
      int to,
      float[] out,
      int at) {
    if (!compiled) {
      WarmUp.begin();
      PlainRows.sums(
          a, aAt, aStep, y.array(), yAt + from, y.stride(1), k, out, at + from, to - from);
      return;
    }
    int j = from;
    for (; j + 4 * L <= to; j += 4 * L) {
      fourVectors(a, aAt, aStep, y.array(), yAt + j, y.stride(1), k, out, at + j);
    }
    for (; j < to; j++) {
      float sum = 0;
      for (int p = 0; p < k; p++) {
        sum = Math.fma(a[aAt + p * aStep], y.array()[yAt + j + p * y.stride(1)], sum);
      }
      out[at + j] = sum;
    }
  }

  private static void fourVectors(
      float[] a, int aAt, int aStep, float[] y, int yAt, int yStep, int k, float[] out, int at) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = FloatVector.zero(S);
    FloatVector s2 = FloatVector.zero(S);
    FloatVector s3 = FloatVector.zero(S);
    for (int p = 0, i = aAt, j = yAt; p < k; p++, i += aStep, j += yStep) {
      FloatVector x = FloatVector.broadcast(S, a[i]);
      s0 = FloatVector.fromArray(S, y, j).fma(x, s0);
      s1 = FloatVector.fromArray(S, y, j + L).fma(x, s1);
      s2 = FloatVector.fromArray(S, y, j + 2 * L).fma(x, s2);
      s3 = FloatVector.fromArray(S, y, j + 3 * L).fma(x, s3);
    }
    s0.intoArray(out, at);
    s1.intoArray(out, at + L);
    s2.intoArray(out, at + 2 * L);
    s3.intoArray(out, at + 3 * L);
  }

  private static void dots(
      float[] a,
      int aAt,
      float[] y,
      int yAt,
      int step,
      int k,
      int from,
      int to,
      float[] out,
      int at) {
    if (!compiled) {
      WarmUp.begin();
      float[] sums = new float[4 * L];
      for (int j = from; j < to; j++) {
        out[at + j] = PlainRows.dot(a, aAt, y, yAt + j * step, k, L, sums);
      }
      return;
    }
    for (int j = from; j < to; j++) {
      out[at + j] = dot(a, aAt, y, yAt + j * step, k);
    }
  }

  /** Four sums, added in pairs, as are their lanes. */
  private static float dot(float[] a, int aAt, float[] y, int yAt, int k) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = FloatVector.zero(S);
    FloatVector s2 = FloatVector.zero(S);
    FloatVector s3 = FloatVector.zero(S);
    int p = 0;
    for (; p + 4 * L <= k; p += 4 * L) {
      int i = aAt + p;
      int j = yAt + p;
      s0 = FloatVector.fromArray(S, a, i).fma(FloatVector.fromArray(S, y, j), s0);
      s1 = FloatVector.fromArray(S, a, i + L).fma(FloatVector.fromArray(S, y, j + L), s1);
      s2 = FloatVector.fromArray(S, a, i + 2 * L).fma(FloatVector.fromArray(S, y, j + 2 * L), s2);
      s3 = FloatVector.fromArray(S, a, i + 3 * L).fma(FloatVector.fromArray(S, y, j + 3 * L), s3);
    }
    float sum = VectorMath.sum(s0.add(s1).add(s2.add(s3)));
    for (; p < k; p++) {
      sum = Math.fma(a[aAt + p], y[yAt + p], sum);
    }
    return sum;
  }
}
