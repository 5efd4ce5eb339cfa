package dev.graft.backend.cpu;

import static dev.graft.backend.cpu.KernelCase.FORWARD;
import static dev.graft.backend.cpu.KernelCase.flat;
import static dev.graft.backend.cpu.KernelCase.last;
import static dev.graft.backend.cpu.KernelCase.output;
import static dev.graft.backend.cpu.KernelCase.rows;
import static dev.graft.backend.cpu.KernelCase.view;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import java.util.ArrayList;
import java.util.List;

/** RMSprop, LAMB, averages of weights, and norms. */
final class OptimizerCases {
  private OptimizerCases() {}

  static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    for (int n : new int[] {0, 1, 15, 16, 17, 33, 1000, 70_001}) {
      for (float decay : new float[] {0, 0.01f}) {
        rmsprop(cases, n, decay, false, false);
        rmsprop(cases, n, decay, false, true);
        rmsprop(cases, n, decay, true, false);
        rmsprop(cases, n, decay, true, true);
        lamb(cases, n, decay, 1);
        lamb(cases, n, decay, 100);
      }
      lerp(cases, n);
      sumOfSquares(cases, flat(n));
    }
    sumOfSquares(cases, last(2, 3, 5, 7).at(1));
    sumOfSquares(cases, rows(1 << 10, 3 << 7));
    return cases;
  }

  private static void rmsprop(
      List<KernelCase> cases, int n, float decay, boolean centered, boolean momentum) {
    cases.add(
        new KernelCase(
            "rmsprop "
                + n
                + (centered ? " centered" : "")
                + (momentum ? " momentum " : " ")
                + decay,
            FORWARD,
            b -> {
              View p = view(b, flat(n));
              View s = view(b, flat(n).at(1), 5, 0.3);
              View m = view(b, flat(n).at(0), 0, 0.1);
              View v = view(b, flat(n), 0, 0.1);
              View g = view(b, flat(n).at(0));
              View mean = centered ? m : null;
              View speed = momentum ? v : null;
              b.optimizer().rmsprop(p, g, s, mean, speed, 0.01f, 0.99f, 1e-8f, 0.9f, decay);
              return new float[][] {p.array(), s.array(), m.array(), v.array()};
            }));
  }

  private static void lamb(List<KernelCase> cases, int n, float decay, int t) {
    cases.add(
        new KernelCase(
            "lamb " + n + " step " + t + " " + decay,
            FORWARD,
            b -> {
              View p = view(b, flat(n));
              View m = view(b, flat(n), 0, 0.1);
              View v = view(b, flat(n).at(1), 5, 0.3);
              View d = output(b, flat(n));
              b.optimizer().lamb(p, view(b, flat(n).at(0)), m, v, d, t, 0.9f, 0.999f, 1e-6f, decay);
              return new float[][] {p.array(), m.array(), v.array(), d.array()};
            }));
  }

  private static void lerp(List<KernelCase> cases, int n) {
    cases.add(
        new KernelCase(
            "lerp " + n,
            FORWARD,
            b -> {
              View average = view(b, flat(n));
              b.optimizer().lerp(average, view(b, flat(n).at(0), 3, 1), 0.01f);
              return new float[][] {average.array()};
            }));
  }

  private static void sumOfSquares(List<KernelCase> cases, Layout layout) {
    cases.add(
        new KernelCase(
            "sum of squares " + layout,
            FORWARD,
            b -> new float[][] {{(float) b.reductions().sumOfSquares(view(b, layout))}}));
  }
}
