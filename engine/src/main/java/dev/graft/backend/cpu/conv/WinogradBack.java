package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.Vectors;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transforms of the weight gradient of F(4×4, 3×3), which are those of {@link Winograd4}
 * transposed: with Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, the gradient of g is Gᵀ[(A dY Aᵀ) ⊙ (Bᵀ d B)]G.
 * For one vector of channels at a time.
 */
final class WinogradBack {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** Floats of scratch that the transforms need. */
  static final int TEMP = 24 * L;

  private WinogradBack() {}

  /**
   * A dY Aᵀ of 4×4 pixels, {@code rowStride} and {@code pixel} apart; position p goes to {@code
   * to[toAt + p·distance]}.
   */
  static void gradient(
      float[] grad,
      int at,
      int rowStride,
      int pixel,
      float[] temp,
      float[] to,
      int toAt,
      int distance) {
    for (int x = 0; x < 4; x++) {
      int i = at + x * pixel;
      FloatVector y0 = FloatVector.fromArray(S, grad, i);
      FloatVector y1 = FloatVector.fromArray(S, grad, i + rowStride);
      FloatVector y2 = FloatVector.fromArray(S, grad, i + 2 * rowStride);
      FloatVector y3 = FloatVector.fromArray(S, grad, i + 3 * rowStride);
      FloatVector even = y0.add(y2);
      FloatVector odd = y1.add(y3);
      FloatVector even2 = y2.mul(4).add(y0);
      FloatVector odd2 = y3.mul(8).add(y1.add(y1));
      int t = x * L;
      y0.intoArray(temp, t);
      even.add(odd).intoArray(temp, t + 4 * L);
      even.sub(odd).intoArray(temp, t + 8 * L);
      even2.add(odd2).intoArray(temp, t + 12 * L);
      even2.sub(odd2).intoArray(temp, t + 16 * L);
      y3.intoArray(temp, t + 20 * L);
    }
    for (int y = 0; y < 6; y++) {
      int t = y * 4 * L;
      FloatVector y0 = FloatVector.fromArray(S, temp, t);
      FloatVector y1 = FloatVector.fromArray(S, temp, t + L);
      FloatVector y2 = FloatVector.fromArray(S, temp, t + 2 * L);
      FloatVector y3 = FloatVector.fromArray(S, temp, t + 3 * L);
      FloatVector even = y0.add(y2);
      FloatVector odd = y1.add(y3);
      FloatVector even2 = y2.mul(4).add(y0);
      FloatVector odd2 = y3.mul(8).add(y1.add(y1));
      int p = toAt + y * 6 * distance;
      y0.intoArray(to, p);
      even.add(odd).intoArray(to, p + distance);
      even.sub(odd).intoArray(to, p + 2 * distance);
      even2.add(odd2).intoArray(to, p + 3 * distance);
      even2.sub(odd2).intoArray(to, p + 4 * distance);
      y3.intoArray(to, p + 5 * distance);
    }
  }

  /**
   * Adds the parts of a sum: {@code total[to + i] = Σ_k part[at + k·size + i]} for {@code parts}
   * parts and i below {@code length}, a multiple of the vector's.
   */
  static void add(float[] part, int at, int length, int size, int parts, float[] total, int to) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(S, part, at + i);
      for (int k = 1, j = at + i + size; k < parts; k++, j += size) {
        v = v.add(FloatVector.fromArray(S, part, j));
      }
      v.intoArray(total, to + i);
    }
  }

  /** Gᵀ u G of 36 vectors, {@code distance} apart from {@code at} on, into {@code to} as [3][3]. */
  static void weight(float[] u, int at, int distance, float[] temp, float[] to, int toAt) {
    for (int x = 0; x < 6; x++) {
      int i = at + x * distance;
      FloatVector u0 = FloatVector.fromArray(S, u, i);
      FloatVector u1 = FloatVector.fromArray(S, u, i + 6 * distance);
      FloatVector u2 = FloatVector.fromArray(S, u, i + 12 * distance);
      FloatVector u3 = FloatVector.fromArray(S, u, i + 18 * distance);
      FloatVector u4 = FloatVector.fromArray(S, u, i + 24 * distance);
      FloatVector u5 = FloatVector.fromArray(S, u, i + 30 * distance);
      FloatVector sum = u1.add(u2).mul(1 / 6f);
      FloatVector sum2 = u3.add(u4);
      FloatVector difference = u2.sub(u1).mul(1 / 6f);
      int t = x * L;
      u0.mul(1 / 4f).sub(sum).add(sum2.mul(1 / 24f)).intoArray(temp, t);
      difference.add(u3.sub(u4).mul(1 / 12f)).intoArray(temp, t + 6 * L);
      sum2.mul(1 / 6f).sub(sum).add(u5).intoArray(temp, t + 12 * L);
    }
    for (int y = 0; y < 3; y++) {
      int t = y * 6 * L;
      FloatVector u0 = FloatVector.fromArray(S, temp, t);
      FloatVector u1 = FloatVector.fromArray(S, temp, t + L);
      FloatVector u2 = FloatVector.fromArray(S, temp, t + 2 * L);
      FloatVector u3 = FloatVector.fromArray(S, temp, t + 3 * L);
      FloatVector u4 = FloatVector.fromArray(S, temp, t + 4 * L);
      FloatVector u5 = FloatVector.fromArray(S, temp, t + 5 * L);
      FloatVector sum = u1.add(u2).mul(1 / 6f);
      FloatVector sum2 = u3.add(u4);
      FloatVector difference = u2.sub(u1).mul(1 / 6f);
      int o = toAt + y * 3 * L;
      u0.mul(1 / 4f).sub(sum).add(sum2.mul(1 / 24f)).intoArray(to, o);
      difference.add(u3.sub(u4).mul(1 / 12f)).intoArray(to, o + L);
      sum2.mul(1 / 6f).sub(sum).add(u5).intoArray(to, o + 2 * L);
    }
  }
}
