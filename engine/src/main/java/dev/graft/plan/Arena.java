package dev.graft.plan;

import dev.graft.backend.Backend;
import dev.graft.backend.BoundKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.List;

/** Memory for one run at a time, with every step bound to it. */
final class Arena {
  private final BoundKernels.Intake intake;
  private final Runnable[] runs;
  private final View output;
  private final boolean outputRowMajor;

  Arena(Lowering.Result plan, Backend backend) {
    View all = backend.allocate(Layout.rowMajor(Shape.of(plan.arena())));
    List<Step> steps = plan.steps();
    BoundKernels kernels = backend.bound();
    this.intake = kernels.intake(plan.input().in(all));
    this.runs =
        steps.stream().map(step -> step.binder().bind(all, kernels)).toArray(Runnable[]::new);
    this.output = plan.output().in(all);
    this.outputRowMajor = output.layout().isRowMajor();
  }

  void compute(View x) {
    intake.take(x);
    for (Runnable run : runs) {
      run.run();
    }
  }

  /** As {@link #compute}, adding what each part took, in nanoseconds: the input first. */
  void compute(View x, long[] nanos) {
    long start = System.nanoTime();
    intake.take(x);
    for (int i = 0; i < runs.length; i++) {
      long now = System.nanoTime();
      nanos[i] += now - start;
      start = now;
      runs[i].run();
    }
    nanos[runs.length] += System.nanoTime() - start;
  }

  View output() {
    return output;
  }

  /**
   * Copies the result to {@code target} from {@code at} on, in row-major order, without allocating
   * where it lies so.
   */
  void read(float[] target, int at, Backend backend) {
    if (outputRowMajor) {
      output.buffer().read(output.offset(), target, at, output.numel());
    } else {
      Layout to = Layout.rowMajor(Shape.of(target.length)).slice(0, at, at + output.numel(), 1);
      View all = new View(backend.wrap(target), to.reshape(output.shape()));
      backend.copies().copy(output, all);
    }
  }
}
