package dev.graft.benchmarks;

import dev.graft.backend.cpu.Parallel;
import java.util.Locale;
import java.util.concurrent.CyclicBarrier;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What this machine can do with as many threads as the kernels use: multiply-adds a second from
 * registers, and bytes a second from memory (STREAM's triad). Measured once in a JVM, in about two
 * seconds; every figure in the tables stands beside its share of one of them.
 */
final class Roofline {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int ACCUMULATORS = 12;
  private static final int TURNS = 20_000;
  private static final int CALLS = 50;

  /** 64 MB an array and thread: more than the caches hold. */
  private static final int TRIAD = 1 << 24;

  private static final int ROUNDS = 7;

  private static Roofline measured;

  private final double gflops;
  private final double gigabytes;

  private Roofline(int threads) {
    double operations = 2.0 * SPECIES.length() * ACCUMULATORS * TURNS * CALLS * threads;
    gflops = 1e-9 * operations / fastest(threads, Roofline::fma);
    float[][][] arrays = new float[threads][3][TRIAD];
    gigabytes = 3e-9 * Float.BYTES * TRIAD * threads / fastest(threads, t -> triad(arrays[t]));
    System.out.printf(
        Locale.ROOT,
        "# Roofline, %d threads: %.0f GFLOP/s, %.1f GB/s%n",
        threads,
        gflops,
        gigabytes);
  }

  static synchronized Roofline get() {
    if (measured == null) {
      measured = new Roofline(Parallel.threads());
    }
    return measured;
  }

  /** The peak of multiply-adds, each counted as two operations, in 10⁹ a second. */
  double gflops() {
    return gflops;
  }

  /** Reading and writing, in 10⁹ bytes a second. */
  double gigabytes() {
    return gigabytes;
  }

  /** The least seconds in which all threads, started together, do the work once. */
  private static double fastest(int threads, IntConsumer work) {
    double best = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      best = Math.min(best, seconds(threads, work));
    }
    return best;
  }

  private static double seconds(int threads, IntConsumer work) {
    CyclicBarrier together = new CyclicBarrier(threads);
    long[] nanos = new long[threads];
    Thread[] all = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      int t = i;
      all[t] =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  together.await();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
                long start = System.nanoTime();
                work.accept(t);
                nanos[t] = System.nanoTime() - start;
              });
    }
    long slowest = 0;
    try {
      for (int t = 0; t < threads; t++) {
        all[t].join();
        slowest = Math.max(slowest, nanos[t]);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return slowest / 1e9;
  }

  private static volatile float sink;

  /** In short calls, since a loop that is compiled while it runs keeps its sums in memory. */
  private static void fma(int thread) {
    float sum = 0;
    for (int i = 0; i < CALLS; i++) {
      sum += fma(1 + 1e-7f * i, TURNS);
    }
    sink = sum;
  }

  private static float fma(float x, int turns) {
    FloatVector factor = FloatVector.broadcast(SPECIES, x);
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    FloatVector i = a;
    FloatVector j = a;
    FloatVector k = a;
    FloatVector l = a;
    for (int turn = 0; turn < turns; turn++) {
      a = a.fma(factor, factor);
      b = b.fma(factor, factor);
      c = c.fma(factor, factor);
      d = d.fma(factor, factor);
      e = e.fma(factor, factor);
      f = f.fma(factor, factor);
      g = g.fma(factor, factor);
      h = h.fma(factor, factor);
      i = i.fma(factor, factor);
      j = j.fma(factor, factor);
      k = k.fma(factor, factor);
      l = l.fma(factor, factor);
    }
    FloatVector sum =
        a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l);
    return sum.lane(0);
  }

  private static void triad(float[]... arrays) {
    int block = 1 << 14;
    for (int from = 0; from < TRIAD; from += block) {
      triad(arrays[0], arrays[1], arrays[2], from, from + block);
    }
  }

  private static void triad(float[] out, float[] a, float[] b, int from, int to) {
    FloatVector scale = FloatVector.broadcast(SPECIES, 1.5f);
    for (int i = from; i < to; i += SPECIES.length()) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, i);
      FloatVector.fromArray(SPECIES, b, i).fma(scale, x).intoArray(out, i);
    }
  }
}
