package dev.graft.backend.cpu;

import dev.graft.backend.LossKernels;
import dev.graft.backend.LossKind;
import dev.graft.backend.View;

/** Elementwise losses: flat vector loops, cut into pieces for the threads. */
final class LossSimd implements LossKernels {
  private static final int GRAIN = 1 << 14;

  @Override
  public void loss(LossKind kind, float p, View x, View target, View out) {
    float[] xs = x.array();
    float[] ts = target.array();
    float[] ys = out.array();
    int xo = x.offset();
    int to = target.offset();
    int yo = out.offset();
    Parallel.forRange(
        x.numel(),
        GRAIN,
        (from, end) ->
            LossLoops.apply(kind, p, xs, xo + from, ts, to + from, ys, yo + from, end - from));
  }

  @Override
  public void lossGrad(LossKind kind, float p, View x, View target, View gradOut, View gradX) {
    grad(kind, p, false, operands(x, target, gradOut, gradX), x.numel());
  }

  @Override
  public void lossTargetGrad(
      LossKind kind, float p, View x, View target, View gradOut, View gradTarget) {
    grad(kind, p, true, operands(x, target, gradOut, gradTarget), x.numel());
  }

  private static void grad(
      LossKind kind, float p, boolean ofTarget, LossGradLoops.Operands all, int n) {
    Parallel.forRange(
        n,
        GRAIN,
        (from, end) -> LossGradLoops.apply(kind, p, ofTarget, all.from(from), end - from));
  }

  private static LossGradLoops.Operands operands(View x, View target, View grad, View out) {
    return new LossGradLoops.Operands(
        x.array(),
        x.offset(),
        target.array(),
        target.offset(),
        grad.array(),
        grad.offset(),
        out.array(),
        out.offset());
  }
}
