package dev.graft.backend;

import dev.graft.tensor.Layout;

/** A convolution's weight with each output channel multiplied by a number of its own. */
final class ScaledWeight {
  private ScaledWeight() {}

  /** A row-major copy, in memory that its backend takes back when it is released. */
  static View of(View weight, double[] scale) {
    Backend backend = weight.buffer().backend();
    int numel = weight.numel();
    View rows = new View(backend.allocate(numel), Layout.rowMajor(weight.shape()));
    backend.copies().copy(weight, rows);
    float[] values = new float[numel];
    rows.buffer().read(0, values, 0, numel);
    int each = numel / Math.max(1, scale.length);
    for (int i = 0; i < numel; i++) {
      values[i] = (float) (values[i] * scale[i / each]);
    }
    rows.buffer().write(0, values, 0, numel);
    return rows;
  }
}
