package dev.graft.benchmarks;

import dev.graft.backend.Backend;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;

/** Kernel operands of normal numbers. */
final class Operands {
  private Operands() {}

  static View normal(Backend backend, Layout layout) {
    Rng rng = Rng.of(layout.numel());
    float[] values = new float[layout.numel()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.nextGaussian();
    }
    return new View(backend.wrap(values), layout);
  }
}
