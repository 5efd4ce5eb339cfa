package dev.graft.backend.reference;

import dev.graft.backend.AxisTaps;
import dev.graft.backend.ResampleKernels;
import dev.graft.backend.View;

final class ReferenceResample implements ResampleKernels {
  @Override
  public void resample(View x, AxisTaps rows, AxisTaps columns, View out) {
    for (Indices i = new Indices(out.shape(), out.layout()); i.hasMore(); i.next()) {
      int plane = x.offset() + i.index(0) * x.stride(0) + i.index(1) * x.stride(1);
      double sum = 0;
      for (int a = rows.start()[i.index(2)]; a < rows.start()[i.index(2) + 1]; a++) {
        int line = plane + rows.index()[a] * x.stride(2);
        for (int b = columns.start()[i.index(3)]; b < columns.start()[i.index(3) + 1]; b++) {
          double weight = (double) rows.weight()[a] * columns.weight()[b];
          sum += weight * x.array()[line + columns.index()[b] * x.stride(3)];
        }
      }
      out.array()[i.at(0)] = (float) sum;
    }
  }
}
