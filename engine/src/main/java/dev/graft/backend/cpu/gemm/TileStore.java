package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.cold.PlainStore;
import dev.graft.backend.cpu.cold.WarmUp;
import dev.graft.backend.cpu.cold.Warming;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Moves the valid part of a tile to the result, by way of the {@link Epilogue}. */
final class TileStore {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;
  private static final int NR = Blocking.NR;

  /** In place of a bias: −0 leaves all numbers as they are, 0 would make 0 of −0. */
  private static final float[] NO_BIAS = new float[NR];

  static {
    Arrays.fill(NO_BIAS, -0f);
  }

  private static boolean compiled = WarmUp.isOff();

  private TileStore() {}

  /**
   * @param step from one tile to the next, where several lie beside each other
   * @param offsets where column 0 of each row lies in {@code out}, from {@code first} on
   * @param columns of the tiles that are valid, the first being number {@code column} of the result
   */
  static void store(
      float[] tile,
      int at,
      int step,
      int rows,
      int[] offsets,
      int first,
      int column,
      int columns,
      Epilogue e,
      float[] out) {
    if (!compiled) {
      plainly(tile, at, step, rows, offsets, first, column, columns, e, out);
      return;
    }
    if (e.isPlain()) {
      copy(tile, at, step, rows, offsets, first, column, columns, out);
      return;
    }
    int whole = columns / NR;
    if (whole > 0) {
      vectors(tile, at, step, whole, rows, offsets, first, column, e, out);
    }
    int done = whole * NR;
    int last = at + whole * step;
    if (columns - done >= L) {
      vector(tile, last, rows, offsets, first, column + done, e, out);
      done += L;
      last += L;
    }
    if (done < columns) {
      masked(tile, last, rows, offsets, first, column + done, columns - done, e, out);
    }
  }

  /**
   * Sums as they are, −0 too, as where a microkernel has written them itself. Not used while cold,
   * by no vectors: when they were switched on, a range check in its compiled code failed, and
   * kernels that were compiled afterwards spilled (34 instead of 77 GFLOP/s).
   */
  private static void copy(
      float[] tile,
      int at,
      int step,
      int rows,
      int[] offsets,
      int first,
      int column,
      int columns,
      float[] out) {
    int whole = columns / NR;
    for (int r = 0; r < rows; r++) {
      int from = at + r * NR;
      int to = offsets[first + r] + column;
      for (int p = 0; p < whole; p++, from += step, to += NR) {
        FloatVector x = FloatVector.fromArray(S, tile, from);
        FloatVector y = FloatVector.fromArray(S, tile, from + L);
        x.intoArray(out, to);
        y.intoArray(out, to + L);
      }
      if (whole * NR < columns) {
        System.arraycopy(tile, from, out, to, columns - whole * NR);
      }
    }
  }

  private static void plainly(
      float[] tile,
      int at,
      int step,
      int rows,
      int[] offsets,
      int first,
      int column,
      int columns,
      Epilogue e,
      float[] out) {
    for (int done = 0, tileAt = at; done < columns; done += NR, tileAt += step) {
      int count = Math.min(NR, columns - done);
      int biasAt = e.biasAt() + column + done;
      for (int r = 0; r < rows; r++) {
        int to = offsets[first + r] + column + done;
        int sums = tileAt + r * NR;
        int add = to + e.shift();
        PlainStore.row(tile, sums, count, e.bias(), biasAt, e.addend(), add, e.relu(), out, to);
      }
    }
  }

  /** All ways through, on two rows. */
  static Warming warming() {
    int rows = 2;
    float[] tile = new float[rows * NR];
    float[] out = new float[rows * NR];
    int[] offsets = {0, NR};
    Epilogue[] ways = {
      new Epilogue(new float[NR], 0, null, 0, true),
      new Epilogue(null, 0, new float[rows * NR], 0, true),
      new Epilogue(new float[NR], 0, new float[rows * NR], 0, false)
    };
    return new Warming(
        "tiles' epilogue",
        (ways.length + 1) * rows * 15,
        () -> {
          copy(tile, 0, 0, rows, offsets, 0, 0, NR, out);
          for (Epilogue e : ways) {
            vectors(tile, 0, 0, 1, rows, offsets, 0, 0, e, out);
            vector(tile, 0, rows, offsets, 0, 0, e, out);
            masked(tile, 0, rows, offsets, 0, 0, 1, e, out);
          }
        },
        yes -> compiled = yes);
  }

  private static void vectors(
      float[] tile,
      int at,
      int step,
      int tiles,
      int rows,
      int[] offsets,
      int first,
      int column,
      Epilogue e,
      float[] out) {
    float[] bias = e.bias() == null ? NO_BIAS : e.bias();
    int biasAt = e.bias() == null ? 0 : e.biasAt() + column;
    int biasStep = e.bias() == null ? 0 : NR;
    float least = e.relu() ? 0 : Float.NEGATIVE_INFINITY;
    if (e.addend() == null) {
      plain(
          tile, at, step, tiles, rows, offsets, first, column, bias, biasAt, biasStep, least, out);
    } else {
      added(
          tile,
          at,
          step,
          tiles,
          rows,
          offsets,
          first,
          column,
          bias,
          biasAt,
          biasStep,
          e.addend(),
          e.shift(),
          least,
          out);
    }
  }

  /** Row by row through all tiles: what is read and written of the result is one run of memory. */
  private static void plain(
      float[] tile,
      int at,
      int step,
      int tiles,
      int rows,
      int[] offsets,
      int first,
      int column,
      float[] bias,
      int biasAt,
      int biasStep,
      float least,
      float[] out) {
    FloatVector floor = FloatVector.broadcast(S, least);
    for (int r = 0; r < rows; r++) {
      int to = offsets[first + r] + column;
      int i = at + r * NR;
      for (int p = 0, j = biasAt; p < tiles; p++, i += step, j += biasStep, to += NR) {
        FloatVector x = FloatVector.fromArray(S, tile, i).add(FloatVector.fromArray(S, bias, j));
        FloatVector y =
            FloatVector.fromArray(S, tile, i + L).add(FloatVector.fromArray(S, bias, j + L));
        atLeast(x, floor).intoArray(out, to);
        atLeast(y, floor).intoArray(out, to + L);
      }
    }
  }

  private static void added(
      float[] tile,
      int at,
      int step,
      int tiles,
      int rows,
      int[] offsets,
      int first,
      int column,
      float[] bias,
      int biasAt,
      int biasStep,
      float[] addend,
      int shift,
      float least,
      float[] out) {
    FloatVector floor = FloatVector.broadcast(S, least);
    for (int r = 0; r < rows; r++) {
      int to = offsets[first + r] + column;
      int i = at + r * NR;
      for (int p = 0, j = biasAt; p < tiles; p++, i += step, j += biasStep, to += NR) {
        FloatVector x = FloatVector.fromArray(S, tile, i).add(FloatVector.fromArray(S, bias, j));
        FloatVector y =
            FloatVector.fromArray(S, tile, i + L).add(FloatVector.fromArray(S, bias, j + L));
        x = x.add(FloatVector.fromArray(S, addend, to + shift));
        y = y.add(FloatVector.fromArray(S, addend, to + shift + L));
        atLeast(x, floor).intoArray(out, to);
        atLeast(y, floor).intoArray(out, to + L);
      }
    }
  }

  /** ReLU where the floor is 0, nothing where it is −∞. Keeps NaN, as the elementwise ReLU does. */
  private static FloatVector atLeast(FloatVector x, FloatVector floor) {
    return x.blend(floor, x.compare(VectorOperators.LT, floor));
  }

  /** The first vector of a panel; a masked store of all lanes would take several times as long. */
  private static void vector(
      float[] tile,
      int at,
      int rows,
      int[] offsets,
      int first,
      int column,
      Epilogue e,
      float[] out) {
    FloatVector b =
        FloatVector.fromArray(
            S, e.bias() == null ? NO_BIAS : e.bias(), e.bias() == null ? 0 : e.biasAt() + column);
    float[] addend = e.addend();
    FloatVector least = FloatVector.broadcast(S, e.relu() ? 0 : Float.NEGATIVE_INFINITY);
    for (int r = 0; r < rows; r++) {
      int to = offsets[first + r] + column;
      FloatVector x = FloatVector.fromArray(S, tile, at + r * NR).add(b);
      if (addend != null) {
        x = x.add(FloatVector.fromArray(S, addend, to + e.shift()));
      }
      atLeast(x, least).intoArray(out, to);
    }
  }

  /** One vector of the last panel, of which {@code columns} lanes or more are valid. */
  private static void masked(
      float[] tile,
      int at,
      int rows,
      int[] offsets,
      int first,
      int column,
      int columns,
      Epilogue e,
      float[] out) {
    VectorMask<Float> valid = S.indexInRange(0, columns);
    FloatVector b =
        e.bias() == null
            ? FloatVector.broadcast(S, -0f)
            : FloatVector.fromArray(S, e.bias(), e.biasAt() + column, valid);
    float[] addend = e.addend();
    FloatVector least = FloatVector.broadcast(S, e.relu() ? 0 : Float.NEGATIVE_INFINITY);
    for (int r = 0; r < rows; r++) {
      int to = offsets[first + r] + column;
      FloatVector x = FloatVector.fromArray(S, tile, at + r * NR).add(b);
      if (addend != null) {
        x = x.add(FloatVector.fromArray(S, addend, to + e.shift(), valid));
      }
      atLeast(x, least).intoArray(out, to, valid);
    }
  }
}
