package dev.graft.backend.cpu;

import dev.graft.backend.View;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The sum of squares in double precision, which no float's square overflows. */
final class SquareSum {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final VectorSpecies<Double> D = S.withLanes(double.class);
  private static final int L = Vectors.LANES;
  private static final int GRAIN = 1 << 16;

  private SquareSum() {}

  static double of(View x) {
    int n = x.numel();
    double[] partial = new double[(n + GRAIN - 1) / GRAIN];
    float[] array = x.array();
    Parallel.forRange(
        n, GRAIN, (from, to) -> partial[from / GRAIN] = run(array, x.offset() + from, to - from));
    double sum = 0;
    for (double p : partial) {
      sum += p;
    }
    return sum;
  }

  private static double run(float[] x, int from, int n) {
    DoubleVector low = DoubleVector.zero(D);
    DoubleVector high = DoubleVector.zero(D);
    int end = from + n / L * L;
    for (int i = from; i < end; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, i);
      DoubleVector a = (DoubleVector) v.convertShape(VectorOperators.F2D, D, 0);
      DoubleVector b = (DoubleVector) v.convertShape(VectorOperators.F2D, D, 1);
      low = a.fma(a, low);
      high = b.fma(b, high);
    }
    double sum = 0;
    for (double lane : low.add(high).toArray()) {
      sum += lane;
    }
    for (int i = end; i < from + n; i++) {
      sum += (double) x[i] * x[i];
    }
    return sum;
  }
}
