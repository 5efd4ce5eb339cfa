package dev.graft.backend.opencl;

import dev.graft.backend.AxisTaps;
import dev.graft.backend.ResampleKernels;
import dev.graft.backend.View;

/** The kernel of {@code resample.cl}. */
final class ClResample implements ResampleKernels {
  private final ClBackend backend;

  ClResample(ClBackend backend) {
    this.backend = backend;
  }

  @Override
  public void resample(View x, AxisTaps rows, AxisTaps columns, View out) {
    ClLaunch launch = backend.launch("resample.cl", "resample").of(out.numel());
    launch.of(out.dim(1)).of(out.dim(2)).of(out.dim(3));
    ClPooling.image(launch, x);
    ClPooling.image(launch, out);
    ClBuffer[] tables = new ClBuffer[6];
    int n = 0;
    for (AxisTaps axis : new AxisTaps[] {rows, columns}) {
      tables[n++] = backend.index(axis.start());
      tables[n++] = backend.index(axis.index());
      tables[n++] = (ClBuffer) backend.wrap(axis.weight());
    }
    for (ClBuffer table : tables) {
      launch.buffer(table);
    }
    launch.run(out.numel());
    for (ClBuffer table : tables) {
      table.release();
    }
  }
}
