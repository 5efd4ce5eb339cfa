package dev.graft.backend.cpu;

import static dev.graft.backend.cpu.KernelCase.FORWARD;
import static dev.graft.backend.cpu.KernelCase.GRADIENT;
import static dev.graft.backend.cpu.KernelCase.flat;
import static dev.graft.backend.cpu.KernelCase.output;
import static dev.graft.backend.cpu.KernelCase.rows;
import static dev.graft.backend.cpu.KernelCase.view;

import dev.graft.backend.Backend;
import dev.graft.backend.LossKind;
import dev.graft.backend.View;
import java.util.ArrayList;
import java.util.List;

/** Elementwise losses and their gradients at awkward sizes, and of special values. */
final class LossCases {
  private static final int[] SIZES = {0, 1, 7, 15, 16, 17, 33, 1000, 40_009};
  private static final float[] X = {
    0,
    -0f,
    100,
    -100,
    1000,
    -1000,
    1e-30f,
    20.5f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    -3,
    0.25f,
    0.25f,
    2
  };
  private static final float[] TARGET = {
    0, 1, 1, 1, 0, 1, 0, 0.5f, 0.5f, 0, 1, 0, 0.25f, 1, 1e-20f
  };

  private LossCases() {}

  static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    for (LossKind kind : LossKind.values()) {
      for (int n : SIZES) {
        cases.add(new KernelCase(kind + " " + n, FORWARD, b -> value(b, kind, n)));
        cases.add(new KernelCase(kind + " gradients " + n, GRADIENT, b -> gradients(b, kind, n)));
      }
      cases.add(new KernelCase(kind + " of special values", FORWARD, b -> special(b, kind)));
    }
    return cases;
  }

  private static View target(Backend b, LossKind kind, int n) {
    View t = view(b, flat(n).at(1), 0, 1);
    if (kind == LossKind.KL_DIV) {
      for (int i = 0; i < t.array().length; i++) {
        t.array()[i] = i % 5 == 0 ? 0 : Math.abs(t.array()[i]);
      }
    }
    return t;
  }

  private static float[][] value(Backend b, LossKind kind, int n) {
    View out = output(b, flat(n).at(3));
    b.losses().loss(kind, 0.7f, view(b, flat(n), 0, 3), target(b, kind, n), out);
    return new float[][] {out.array()};
  }

  private static float[][] gradients(Backend b, LossKind kind, int n) {
    View x = view(b, flat(n), 0, 3);
    View t = target(b, kind, n);
    View g = view(b, flat(n).at(0), 1, 1);
    View dx = output(b, flat(n).at(3));
    View dt = output(b, flat(n).at(2));
    b.losses().lossGrad(kind, 0.7f, x, t, g, dx);
    b.losses().lossTargetGrad(kind, 0.7f, x, t, g, dt);
    return new float[][] {dx.array(), dt.array()};
  }

  private static float[][] special(Backend b, LossKind kind) {
    View x = new View(b.wrap(X.clone()), rows(X.length));
    View t = new View(b.wrap(TARGET.clone()), rows(X.length));
    View out = output(b, rows(X.length));
    b.losses().loss(kind, 0.7f, x, t, out);
    return new float[][] {out.array()};
  }
}
