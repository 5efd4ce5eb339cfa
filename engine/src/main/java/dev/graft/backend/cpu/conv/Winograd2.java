package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.cold.PlainWinograd2;
import dev.graft.backend.cpu.cold.WarmUp;
import dev.graft.backend.cpu.cold.Warming;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * F(2×2, 3×3) with the points 0, ±1 and ∞: 16 products for 4 outputs instead of 36. Its rounding
 * errors are 0.7 times those of a direct sum.
 */
final class Winograd2 implements WinogradTile {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private static boolean compiled = WarmUp.isOff();

  @Override
  public int outputs() {
    return 2;
  }

  @Override
  public void weight(float[] taps, int at, float[] temp, float[] to, int toAt, int distance) {
    if (compiled) {
      weightVectors(taps, at, temp, to, toAt, distance);
    } else {
      PlainWinograd2.weight(L, taps, at, temp, to, toAt, distance);
    }
  }

  private static void weightVectors(
      float[] taps, int at, float[] temp, float[] to, int toAt, int distance) {
    for (int x = 0; x < 3; x++) {
      FloatVector g0 = FloatVector.fromArray(S, taps, at + x * L);
      FloatVector g1 = FloatVector.fromArray(S, taps, at + (3 + x) * L).mul(0.5f);
      FloatVector g2 = FloatVector.fromArray(S, taps, at + (6 + x) * L);
      FloatVector sum = g0.add(g2).mul(0.5f);
      g0.intoArray(temp, x * L);
      sum.add(g1).intoArray(temp, (3 + x) * L);
      sum.sub(g1).intoArray(temp, (6 + x) * L);
      g2.intoArray(temp, (9 + x) * L);
    }
    for (int y = 0; y < 4; y++) {
      FloatVector g0 = FloatVector.fromArray(S, temp, y * 3 * L);
      FloatVector g1 = FloatVector.fromArray(S, temp, y * 3 * L + L).mul(0.5f);
      FloatVector g2 = FloatVector.fromArray(S, temp, y * 3 * L + 2 * L);
      FloatVector sum = g0.add(g2).mul(0.5f);
      int t = toAt + y * 4 * distance;
      g0.intoArray(to, t);
      sum.add(g1).intoArray(to, t + distance);
      sum.sub(g1).intoArray(to, t + 2 * distance);
      g2.intoArray(to, t + 3 * distance);
    }
  }

  @Override
  public void input(
      float[] image,
      int at,
      int rowStride,
      int pixel,
      float[] temp,
      float[] to,
      int toAt,
      int[] offsets) {
    if (compiled) {
      inputVectors(image, at, rowStride, pixel, temp, to, toAt, offsets);
    } else {
      PlainWinograd2.input(L, image, at, rowStride, pixel, temp, to, toAt, offsets);
    }
  }

  private static void inputVectors(
      float[] image,
      int at,
      int rowStride,
      int pixel,
      float[] temp,
      float[] to,
      int toAt,
      int[] offsets) {
    for (int x = 0; x < 4; x++) {
      int i = at + x * pixel;
      FloatVector d0 = FloatVector.fromArray(S, image, i);
      FloatVector d1 = FloatVector.fromArray(S, image, i + rowStride);
      FloatVector d2 = FloatVector.fromArray(S, image, i + 2 * rowStride);
      FloatVector d3 = FloatVector.fromArray(S, image, i + 3 * rowStride);
      int t = x * L;
      d0.sub(d2).intoArray(temp, t);
      d1.add(d2).intoArray(temp, t + 4 * L);
      d2.sub(d1).intoArray(temp, t + 8 * L);
      d1.sub(d3).intoArray(temp, t + 12 * L);
    }
    for (int y = 0; y < 4; y++) {
      int t = y * 4 * L;
      FloatVector d0 = FloatVector.fromArray(S, temp, t);
      FloatVector d1 = FloatVector.fromArray(S, temp, t + L);
      FloatVector d2 = FloatVector.fromArray(S, temp, t + 2 * L);
      FloatVector d3 = FloatVector.fromArray(S, temp, t + 3 * L);
      int p = y * 4;
      d0.sub(d2).intoArray(to, toAt + offsets[p]);
      d1.add(d2).intoArray(to, toAt + offsets[p + 1]);
      d2.sub(d1).intoArray(to, toAt + offsets[p + 2]);
      d1.sub(d3).intoArray(to, toAt + offsets[p + 3]);
    }
  }

  @Override
  public void output(float[] products, int at, int distance, float[] temp) {
    if (compiled) {
      outputVectors(products, at, distance, temp);
    } else {
      PlainWinograd2.output(L, products, at, distance, temp);
    }
  }

  private static void outputVectors(float[] products, int at, int distance, float[] temp) {
    int rows = 4 * L;
    for (int x = 0; x < 4; x++) {
      int i = at + x * distance;
      FloatVector m0 = FloatVector.fromArray(S, products, i);
      FloatVector m1 = FloatVector.fromArray(S, products, i + 4 * distance);
      FloatVector m2 = FloatVector.fromArray(S, products, i + 8 * distance);
      FloatVector m3 = FloatVector.fromArray(S, products, i + 12 * distance);
      int t = rows + x * L;
      m0.add(m1).add(m2).intoArray(temp, t);
      m1.sub(m2).sub(m3).intoArray(temp, t + 4 * L);
    }
    for (int y = 0; y < 2; y++) {
      int t = rows + y * 4 * L;
      FloatVector m0 = FloatVector.fromArray(S, temp, t);
      FloatVector m1 = FloatVector.fromArray(S, temp, t + L);
      FloatVector m2 = FloatVector.fromArray(S, temp, t + 2 * L);
      FloatVector m3 = FloatVector.fromArray(S, temp, t + 3 * L);
      m0.add(m1).add(m2).intoArray(temp, y * 2 * L);
      m1.sub(m2).sub(m3).intoArray(temp, y * 2 * L + L);
    }
  }

  @Override
  public Warming warming() {
    int positions = positions();
    float[] image = new float[positions * L];
    float[] temp = new float[48 * L];
    float[] to = new float[positions * L];
    int[] offsets = new int[positions];
    return new Warming(
        "winograd " + outputs() + "x" + outputs(),
        200,
        () -> {
          inputVectors(image, 0, inputs() * L, L, temp, to, 0, offsets);
          outputVectors(to, 0, L, temp);
          weightVectors(image, 0, temp, to, 0, L);
        },
        yes -> compiled = yes);
  }
}
