package dev.graft.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Functions of a vector, made of correctly rounded operations alone. The Vector API's own EXP, TANH
 * and sum over lanes give other bits in compiled code than in the interpreter, so that a result
 * would depend on what the JIT has done so far; these do not. Polynomials after Cephes (Moshier,
 * 1992).
 */
public final class VectorMath {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final float SQRT_HALF = (float) Math.sqrt(0.5);
  private static final float INV_SQRT_2PI = (float) (1 / Math.sqrt(2 * Math.PI));
  private static final float SQRT_2_PI = (float) Math.sqrt(2 / Math.PI);
  private static final float LOG2_E = 1.4426950408889634f;

  /** ln 2 in two parts, the first with few bits, so that a multiple of it is exact. */
  private static final float LN2_HIGH = 0.693359375f;

  private static final float LN2_LOW = -2.12194440e-4f;

  /** Added to a float of modest size, it leaves the nearest integer in the lowest bits. */
  private static final float ROUNDER = 0x1.8p23f;

  private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
  private static final int SQRT_HALF_BITS = Float.floatToRawIntBits(SQRT_HALF);

  private static final VectorShuffle<Float> DOWN_8 = down(8);
  private static final VectorShuffle<Float> DOWN_4 = down(4);
  private static final VectorShuffle<Float> DOWN_2 = down(2);
  private static final VectorShuffle<Float> DOWN_1 = down(1);

  private VectorMath() {}

  /** Moves lane i + distance to lane i. */
  private static VectorShuffle<Float> down(int distance) {
    return VectorShuffle.iota(S, distance, 1, true);
  }

  /** The lanes added in pairs, always in the same order: by halves, the upper onto the lower. */
  public static float sum(FloatVector v) {
    FloatVector s = v;
    if (Vectors.LANES > 8) {
      s = s.add(s.rearrange(DOWN_8));
    }
    if (Vectors.LANES > 4) {
      s = s.add(s.rearrange(DOWN_4));
    }
    s = s.add(s.rearrange(DOWN_2));
    return s.add(s.rearrange(DOWN_1)).lane(0);
  }

  /** e^x; relative error under 2e-7; 0 below −104, infinite above 88.7. */
  static FloatVector exp(FloatVector x) {
    FloatVector bounded = x.max(-104f).min(89f);
    FloatVector rounded = bounded.mul(LOG2_E).add(ROUNDER);
    FloatVector y = expm1Reduced(bounded, rounded.sub(ROUNDER)).add(1f);
    IntVector n = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
    // 2^n may itself be subnormal or infinite where the result is not: multiply by it in halves.
    IntVector half = n.lanewise(VectorOperators.ASHR, 1);
    return y.mul(powerOfTwo(half)).mul(powerOfTwo(n.sub(half)));
  }

  private static FloatVector powerOfTwo(IntVector n) {
    return n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  /** e^(x − n·ln 2) − 1, the exponent being within ±0.35. */
  private static FloatVector expm1Reduced(FloatVector x, FloatVector n) {
    FloatVector r = n.fma(FloatVector.broadcast(S, -LN2_HIGH), x);
    r = n.fma(FloatVector.broadcast(S, -LN2_LOW), r);
    FloatVector p = r.mul(1.9875691500e-4f).add(1.3981999507e-3f);
    p = p.fma(r, FloatVector.broadcast(S, 8.3334519073e-3f));
    p = p.fma(r, FloatVector.broadcast(S, 4.1665795894e-2f));
    p = p.fma(r, FloatVector.broadcast(S, 1.6666665459e-1f));
    p = p.fma(r, FloatVector.broadcast(S, 5.0000001201e-1f));
    return p.fma(r.mul(r), r);
  }

  /** e^x − 1, accurate near 0; infinite above 88.7. */
  static FloatVector expm1(FloatVector x) {
    FloatVector bounded = x.max(-30f).min(89f);
    FloatVector rounded = bounded.mul(LOG2_E).add(ROUNDER);
    FloatVector part = expm1Reduced(bounded, rounded.sub(ROUNDER));
    // Half of it first: 2^n may be infinite where the result is not.
    FloatVector scale = powerOfTwo(rounded.reinterpretAsInts().sub(ROUNDER_BITS + 1));
    FloatVector half = part.fma(scale, scale.sub(0.5f));
    return half.add(half);
  }

  static FloatVector tanh(FloatVector x) {
    FloatVector t = expm1(x.abs().mul(-2f));
    FloatVector size = t.neg().div(t.add(2f));
    return size.blend(size.neg(), x.compare(VectorOperators.LT, 0f));
  }

  /** The natural logarithm; relative error under 3e-7; −infinity of 0, NaN of negative numbers. */
  static FloatVector log(FloatVector x) {
    VectorMask<Float> tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
    FloatVector normal = x.blend(x.mul(0x1p24f), tiny);
    IntVector bits = normal.reinterpretAsInts();
    IntVector exponent = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
    FloatVector f =
        bits.sub(exponent.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats().sub(1f);
    FloatVector e = (FloatVector) exponent.convertShape(VectorOperators.I2F, S, 0);
    e = e.sub(24f, tiny);
    FloatVector z = f.mul(f);
    FloatVector y = logPolynomial(f).mul(f).mul(z);
    y = e.fma(FloatVector.broadcast(S, LN2_LOW), y);
    y = z.fma(FloatVector.broadcast(S, -0.5f), y);
    y = e.fma(FloatVector.broadcast(S, LN2_HIGH), f.add(y));
    y = y.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
    y = y.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
    return y.blend(Float.NaN, x.compare(VectorOperators.GE, 0f).not());
  }

  /**
   * log(1 + u) for u in 0 … 1, as 2·atanh(u/(2 + u)): the argument is at most 1/3, so that seven
   * terms of the series reach float precision; relative error under 3e-7.
   */
  static FloatVector log1pOfUnit(FloatVector u) {
    FloatVector s = u.div(u.add(2f));
    FloatVector z = s.mul(s);
    FloatVector p = z.mul(1f / 15).add(1f / 13);
    p = p.fma(z, FloatVector.broadcast(S, 1f / 11));
    p = p.fma(z, FloatVector.broadcast(S, 1f / 9));
    p = p.fma(z, FloatVector.broadcast(S, 1f / 7));
    p = p.fma(z, FloatVector.broadcast(S, 1f / 5));
    p = p.fma(z, FloatVector.broadcast(S, 1f / 3));
    FloatVector twice = s.add(s);
    return p.mul(z).fma(twice, twice);
  }

  /** log(1 + x): as log(w) + (x − (w − 1))/w with w = 1 + x rounded, accurate for small x too. */
  static FloatVector log1p(FloatVector x) {
    FloatVector w = x.add(1f);
    FloatVector y = log(w);
    // Where w is 0 or infinite the correction is 0/0.
    FloatVector lost = x.sub(w.sub(1f)).div(w);
    return y.add(lost).blend(y, y.abs().compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
  }

  /** The nearest integer, of two the even one, with the sign of x. */
  static FloatVector round(FloatVector x) {
    FloatVector size = x.abs();
    FloatVector rounded = withSign(size.add(0x1p23f).sub(0x1p23f), x);
    return rounded.blend(x, size.compare(VectorOperators.GE, 0x1p23f));
  }

  static FloatVector floor(FloatVector x) {
    FloatVector r = round(x);
    return r.blend(r.sub(1f), r.compare(VectorOperators.GT, x));
  }

  static FloatVector ceil(FloatVector x) {
    FloatVector r = round(x);
    return withSign(r.blend(r.add(1f), r.compare(VectorOperators.LT, x)), x);
  }

  /** y, which is 0 or has the sign of x, with that sign. */
  private static FloatVector withSign(FloatVector y, FloatVector x) {
    IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
    return y.reinterpretAsInts().or(sign).reinterpretAsFloats();
  }

  /** 1, 0 or −1; 0 of NaN, as in PyTorch. */
  static FloatVector sign(FloatVector x) {
    return FloatVector.zero(S)
        .blend(1f, x.compare(VectorOperators.GT, 0f))
        .blend(-1f, x.compare(VectorOperators.LT, 0f));
  }

  private static FloatVector logPolynomial(FloatVector f) {
    FloatVector p = f.mul(7.0376836292e-2f).add(-1.1514610310e-1f);
    p = p.fma(f, FloatVector.broadcast(S, 1.1676998740e-1f));
    p = p.fma(f, FloatVector.broadcast(S, -1.2420140846e-1f));
    p = p.fma(f, FloatVector.broadcast(S, 1.4249322787e-1f));
    p = p.fma(f, FloatVector.broadcast(S, -1.6668057665e-1f));
    p = p.fma(f, FloatVector.broadcast(S, 2.0000714765e-1f));
    p = p.fma(f, FloatVector.broadcast(S, -2.4999993993e-1f));
    return p.fma(f, FloatVector.broadcast(S, 3.3333331174e-1f));
  }

  static FloatVector sigmoid(FloatVector x) {
    return FloatVector.broadcast(S, 1f).div(exp(x.neg()).add(1f));
  }

  static FloatVector hardswish(FloatVector x) {
    return x.mul(x.add(3f).max(0f).min(6f)).mul(1f / 6f);
  }

  /** √(2/π)·(x + 0.044715·x³). */
  static FloatVector geluInner(FloatVector x) {
    return x.mul(x).mul(x).mul(0.044715f).add(x).mul(SQRT_2_PI);
  }

  static FloatVector geluTanhSlope(FloatVector x) {
    FloatVector t = tanh(geluInner(x));
    FloatVector inner = x.mul(x).mul(3 * 0.044715f).add(1f).mul(SQRT_2_PI);
    FloatVector bend = FloatVector.broadcast(S, 1f).sub(t.mul(t)).mul(x).mul(inner);
    return bend.add(t).add(1f).mul(0.5f);
  }

  /** With u = exp(x), n such that tanh(log(1 + u)) = n/(n + 2). */
  static FloatVector mishRatio(FloatVector u) {
    return u.mul(u.add(2f));
  }

  /** t + x·(1 − t²)·sigmoid(x) with t = n/(n + 2); above 20 it is 1, and n would overflow later. */
  static FloatVector mishSlope(FloatVector x) {
    FloatVector bounded = x.min(20f);
    FloatVector u = exp(bounded);
    FloatVector n = mishRatio(u);
    FloatVector m = n.add(2f);
    FloatVector bend = bounded.mul(u).mul(u.add(1f)).mul(4f).div(m.mul(m));
    return n.div(m).add(bend);
  }

  static FloatVector gelu(FloatVector x) {
    return x.mul(normal(x, gauss(x)));
  }

  static FloatVector geluSlope(FloatVector x) {
    FloatVector gauss = gauss(x);
    return x.mul(INV_SQRT_2PI).fma(gauss, normal(x, gauss));
  }

  /** exp(−x²/2). */
  private static FloatVector gauss(FloatVector x) {
    return exp(x.mul(x).mul(-0.5f));
  }

  /**
   * The normal distribution function Φ(x), given exp(−x²/2): erfc by formula 7.1.26 of Abramowitz
   * and Stegun (1964), whose error is under 1.5e-7, so Φ's is under 0.75e-7 before rounding.
   */
  private static FloatVector normal(FloatVector x, FloatVector gauss) {
    FloatVector z = x.abs().mul(SQRT_HALF);
    FloatVector t = FloatVector.broadcast(S, 1f).div(z.mul(0.3275911f).add(1f));
    FloatVector p = t.mul(1.061405429f).add(-1.453152027f);
    p = p.mul(t).add(1.421413741f);
    p = p.mul(t).add(-0.284496736f);
    p = p.mul(t).add(0.254829592f);
    FloatVector upper = p.mul(t).mul(gauss).mul(0.5f);
    VectorMask<Float> negative = x.compare(VectorOperators.LT, 0f);
    return FloatVector.broadcast(S, 1f).sub(upper).blend(upper, negative);
  }
}
