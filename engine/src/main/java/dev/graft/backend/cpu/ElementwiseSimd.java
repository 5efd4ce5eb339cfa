package dev.graft.backend.cpu;

import dev.graft.backend.BinaryKind;
import dev.graft.backend.CopyKernels;
import dev.graft.backend.ElementwiseKernels;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.UnaryKind;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import java.util.Arrays;

/** Elementwise arithmetic: flat or row-wise vector loops, cut into pieces for the threads. */
final class ElementwiseSimd implements ElementwiseKernels {
  /** Elements that one thread takes at a time where an element is an arithmetic operation. */
  static final int GRAIN = 1 << 16;

  /** The same where it is an exponential or worse. */
  private static final int COSTLY_GRAIN = 1 << 13;

  private final BufferPool pool;
  private final CopyKernels copies;

  ElementwiseSimd(BufferPool pool, CopyKernels copies) {
    this.pool = pool;
    this.copies = copies;
  }

  private static int grain(UnaryKind kind) {
    return switch (kind) {
      case EXP,
          LOG,
          TANH,
          SIGMOID,
          GELU,
          GELU_TANH,
          SILU,
          SOFTPLUS,
          ELU,
          SELU,
          CELU,
          MISH,
          LOG_SIGMOID,
          LOG1P,
          EXPM1,
          SIN,
          COS,
          POW ->
          COSTLY_GRAIN;
      default -> GRAIN;
    };
  }

  @Override
  public void unary(UnaryKind kind, float p, float q, View x, View out) {
    unaryLoop(kind, p, q, x, out).run();
  }

  static Parallel.Loop unaryLoop(UnaryKind kind, float p, float q, View x, View out) {
    float[] xs = x.array();
    float[] ys = out.array();
    int xo = x.offset();
    int yo = out.offset();
    return new Parallel.Loop(
        x.numel(),
        grain(kind),
        (from, to) -> UnaryLoops.apply(kind, p, q, xs, xo + from, ys, yo + from, to - from));
  }

  @Override
  public void unaryGrad(UnaryKind kind, float p, float q, View x, View y, View gradY, View gradX) {
    UnaryGradLoops.Operands all =
        new UnaryGradLoops.Operands(
            x.array(),
            x.offset(),
            y.array(),
            y.offset(),
            gradY.array(),
            gradY.offset(),
            gradX.array(),
            gradX.offset());
    Parallel.forRange(
        x.numel(),
        grain(kind),
        (from, to) -> UnaryGradLoops.apply(kind, p, q, all.from(from), to - from));
  }

  @Override
  public void binary(BinaryKind kind, View a, View b, View out) {
    Nest nest = Nest.of(out.layout(), a.layout(), b.layout());
    if (nest.step(1) > 1 || nest.step(2) > 1) {
      View da = nest.step(1) > 1 ? inOrder(a, out.layout()) : a;
      View db = nest.step(2) > 1 ? inOrder(b, out.layout()) : b;
      binary(kind, da, db, out);
      giveBack(a, da);
      giveBack(b, db);
      return;
    }
    float[] as = a.array();
    float[] bs = b.array();
    float[] ys = out.array();
    boolean oneA = nest.step(1) == 0;
    boolean oneB = nest.step(2) == 0;
    nest.forEachRow(
        GRAIN,
        (at, n) -> {
          if (!oneA && !oneB) {
            BinaryLoops.rows(kind, as, at[1], bs, at[2], ys, at[0], n);
          } else if (oneB && !oneA) {
            BinaryLoops.rowWith(kind, as, at[1], bs[at[2]], ys, at[0], n);
          } else if (oneA && !oneB) {
            BinaryLoops.withRow(kind, as[at[1]], bs, at[2], ys, at[0], n);
          } else {
            float value = BinaryLoops.value(kind, as[at[1]], bs[at[2]]);
            Arrays.fill(ys, at[0], at[0] + n, value);
          }
        });
  }

  @Override
  public void binaryGrad(BinaryKind kind, View a, View b, View gradOut, View gradA, View gradB) {
    switch (kind) {
      case MUL -> {
        if (gradA != null) {
          binary(BinaryKind.MUL, gradOut, b, gradA);
        }
        if (gradB != null) {
          binary(BinaryKind.MUL, gradOut, a, gradB);
        }
      }
      case DIV -> {
        if (gradA != null) {
          binary(BinaryKind.DIV, gradOut, b, gradA);
        }
        if (gradB != null) {
          slopes(kind, true, a, b, gradOut, gradB);
        }
      }
      case MAXIMUM, MINIMUM, PRELU -> {
        if (gradA != null) {
          slopes(kind, false, a, b, gradOut, gradA);
        }
        if (gradB != null) {
          slopes(kind, true, a, b, gradOut, gradB);
        }
      }
      case ADD, SUB, EQ, NE, GT, GE, LT, LE ->
          throw new IllegalArgumentException("binaryGrad: " + kind + " needs no such gradient");
    }
  }

  /** Functions of three operands, which are first brought into the order of the result. */
  private void slopes(BinaryKind kind, boolean second, View a, View b, View grad, View out) {
    View da = inOrder(a, out.layout());
    View db = inOrder(b, out.layout());
    View dg = inOrder(grad, out.layout());
    Parallel.forRange(
        out.numel(),
        GRAIN,
        (from, to) ->
            BinaryGradLoops.apply(
                kind,
                second,
                da.array(),
                da.offset() + from,
                db.array(),
                db.offset() + from,
                dg.array(),
                dg.offset() + from,
                out.array(),
                out.offset() + from,
                to - from));
    giveBack(a, da);
    giveBack(b, db);
    giveBack(grad, dg);
  }

  @Override
  public void select(View condition, View a, View b, View out) {
    View[] in = {condition, a, b};
    Nest nest = Nest.of(out.layout(), condition.layout(), a.layout(), b.layout());
    for (int i = 0; i < in.length; i++) {
      if (nest.step(i + 1) != 0 && nest.step(i + 1) != 1) {
        View dense = inOrder(in[i], out.layout());
        View[] rest = in.clone();
        rest[i] = dense;
        select(rest[0], rest[1], rest[2], out);
        giveBack(in[i], dense);
        return;
      }
    }
    nest.forEachRow(
        GRAIN,
        (at, n) ->
            SelectLoops.apply(
                new SelectLoops.Run(condition.array(), at[1], nest.step(1)),
                new SelectLoops.Run(a.array(), at[2], nest.step(2)),
                new SelectLoops.Run(b.array(), at[3], nest.step(3)),
                out.array(),
                at[0],
                n));
  }

  private View inOrder(View v, Layout like) {
    if (v.layout().sameOrder(like)) {
      return v;
    }
    float[] array = pool.take(v.numel());
    View dense = new View(new HostBuffer(array, v.buffer().backend()), like.at(0));
    copies.copy(v, dense);
    return dense;
  }

  private void giveBack(View original, View dense) {
    if (original != dense) {
      pool.give(dense.array());
    }
  }

  @Override
  public void dropoutMask(long seed, float p, View out) {
    float[] ys = out.array();
    int yo = out.offset();
    int kept = Float.floatToRawIntBits(1 / (1 - p));
    long least = (long) Math.ceil(p * 0x1p24);
    // No branch: it would be mispredicted at every p-th element (12 ns each when p is 1/2).
    Parallel.forRange(
        out.numel(),
        COSTLY_GRAIN,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            long dropped = ((Rng.bits(seed, i) >>> 40) - least) >> 63;
            ys[yo + i] = Float.intBitsToFloat(kept & (int) ~dropped);
          }
        });
  }
}
