package dev.graft.backend.cpu;

import dev.graft.backend.CopyKernels;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.ReductionKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import java.util.Arrays;

/**
 * Reductions along memory order: where the innermost dimension is reduced, runs are summed lane by
 * lane; where it is kept, whole rows are added up. How the work is cut depends on sizes alone and
 * partial results are combined in order, in double precision.
 */
final class ReductionSimd implements ReductionKernels {
  private static final int GRAIN = 1 << 16;

  /** Columns that are summed together: 4 KB of partial sums stay in L1. */
  private static final int COLUMNS = 1024;

  /** Rows that are added up in single precision before double precision takes over. */
  private static final int ROWS = 128;

  private final BufferPool pool;
  private final CopyKernels copies;

  ReductionSimd(BufferPool pool, CopyKernels copies) {
    this.pool = pool;
    this.copies = copies;
  }

  /** One reduction, split into what is kept and what is reduced outside the innermost dimension. */
  record Job(Kind kind, Nest kept, Nest reduced, int length, float[] x, float[] out) {
    double start() {
      return switch (kind) {
        case SUM -> 0;
        case MAX -> Double.NEGATIVE_INFINITY;
        case MIN -> Double.POSITIVE_INFINITY;
      };
    }

    double combine(double a, double b) {
      return switch (kind) {
        case SUM -> a + b;
        case MAX -> Math.max(a, b);
        case MIN -> Math.min(a, b);
      };
    }

    double run(int at, int n) {
      return switch (kind) {
        case SUM -> RowLoops.sum(x, at, n);
        case MAX -> RowLoops.max(x, at, n);
        case MIN -> RowLoops.min(x, at, n);
      };
    }

    /** Takes one row of x into the partial results. */
    void addRow(int at, float[] acc, int n) {
      switch (kind) {
        case SUM -> RowLoops.addOne(x, at, acc, n);
        case MAX -> RowLoops.maxOne(x, at, acc, n);
        case MIN -> RowLoops.minOne(x, at, acc, n);
      }
    }
  }

  @Override
  public void reduce(Kind kind, View x, boolean[] reduced, View out) {
    if (x.numel() == 0) {
      copies.fill(out, 0);
      return;
    }
    int[] steps = out.layout().strides();
    for (int i = 0; i < steps.length; i++) {
      steps[i] = reduced[i] ? 0 : steps[i];
    }
    Nest nest = Nest.of(x.layout(), Layout.of(x.shape(), steps, out.offset()));
    int last = nest.rank() - 1;
    if (nest.step(0) != 1) {
      float[] array = pool.take(x.numel());
      View dense =
          new View(new HostBuffer(array, x.buffer().backend()), Layout.rowMajor(x.shape()));
      copies.copy(x, dense);
      reduce(kind, dense, reduced, out);
      pool.give(array);
      return;
    }
    boolean[] kept = new boolean[nest.rank()];
    boolean[] gone = new boolean[nest.rank()];
    for (int i = 0; i < last; i++) {
      kept[i] = nest.stride(1, i) != 0;
      gone[i] = !kept[i];
    }
    Job job =
        new Job(kind, nest.only(kept), nest.only(gone), nest.length(), x.array(), out.array());
    if (nest.step(1) != 0 && NarrowSums.accepts(job)) {
      NarrowSums.run(job, nest.step(1));
    } else if (nest.step(1) != 0) {
      columns(job, nest.step(1));
    } else if (job.kept.numel() >= 32 || x.numel() <= GRAIN) {
      manyRuns(job);
    } else {
      fewRuns(job);
    }
  }

  /** Every result by itself: there are enough of them to keep the threads busy. */
  private static void manyRuns(Job job) {
    int rows = job.reduced.numel();
    int grain = Math.max(1, GRAIN / Math.max(1, rows * job.length));
    Parallel.forRange(
        job.kept.numel(),
        grain,
        (from, to) -> {
          Nest.Cursor result = job.kept.cursor(from);
          for (int i = from; i < to; i++, result.next()) {
            Nest.Cursor row = job.reduced.cursor(0);
            int shift = result.at(0) - job.reduced.offset(0);
            double total = job.start();
            for (int r = 0; r < rows; r++, row.next()) {
              total = job.combine(total, job.run(row.at(0) + shift, job.length));
            }
            job.out[result.at(1)] = (float) total;
          }
        });
  }

  /** Few long sums: each is cut into pieces. */
  private static void fewRuns(Job job) {
    int blocks = (job.length + GRAIN - 1) / GRAIN;
    int units = job.reduced.numel() * blocks;
    int grain = blocks > 1 ? 1 : Math.max(1, GRAIN / job.length);
    double[] partial = new double[(units + grain - 1) / grain];
    Nest.Cursor result = job.kept.cursor(0);
    for (int i = 0; i < job.kept.numel(); i++, result.next()) {
      int shift = result.at(0) - job.reduced.offset(0);
      Parallel.forRange(
          units,
          grain,
          (from, to) -> {
            Nest.Cursor row = job.reduced.cursor(from / blocks);
            double total = job.start();
            for (int u = from; u < to; u++) {
              int start = u % blocks * GRAIN;
              int n = Math.min(GRAIN, job.length - start);
              total = job.combine(total, job.run(row.at(0) + shift + start, n));
              if ((u + 1) % blocks == 0) {
                row.next();
              }
            }
            partial[from / grain] = total;
          });
      double total = job.start();
      for (double p : partial) {
        total = job.combine(total, p);
      }
      job.out[result.at(1)] = (float) total;
    }
  }

  /** The innermost dimension is kept: rows are added up, in blocks of columns and of rows. */
  private static void columns(Job job, int outStep) {
    int width = Math.min(COLUMNS, job.length);
    int blocks = (job.length + width - 1) / width;
    int rows = job.reduced.numel();
    int chunk = Math.max(64, GRAIN / width);
    int chunks = (rows + chunk - 1) / chunk;
    int lines = job.kept.numel() * blocks;
    double[][] partial = new double[lines * chunks][];
    int grain = Math.max(1, GRAIN / (Math.min(chunk, rows) * width));
    Parallel.forRange(
        lines * chunks,
        chunks > 1 ? 1 : grain,
        (from, to) -> {
          for (int u = from; u < to; u++) {
            int line = u / chunks;
            int shift =
                job.kept.cursor(line / blocks).at(0)
                    - job.reduced.offset(0)
                    + line % blocks * width;
            int first = u % chunks * chunk;
            int n = Math.min(width, job.length - line % blocks * width);
            double[] sums = addRows(job, shift, first, Math.min(rows, first + chunk), n);
            if (chunks > 1) {
              partial[u] = sums;
            } else {
              store(job, line, blocks, width, outStep, sums);
            }
          }
        });
    for (int line = 0; chunks > 1 && line < lines; line++) {
      double[] sums = partial[line * chunks];
      for (int k = 1; k < chunks; k++) {
        for (int c = 0; c < sums.length; c++) {
          sums[c] = job.combine(sums[c], partial[line * chunks + k][c]);
        }
      }
      store(job, line, blocks, width, outStep, sums);
    }
  }

  private static void store(Job job, int line, int blocks, int width, int outStep, double[] sums) {
    int to = job.kept.cursor(line / blocks).at(1) + line % blocks * width * outStep;
    for (int c = 0; c < sums.length; c++) {
      job.out[to + c * outStep] = (float) sums[c];
    }
  }

  private static double[] addRows(Job job, int shift, int first, int end, int n) {
    double[] total = new double[n];
    float[] acc = new float[n];
    boolean sum = job.kind == Kind.SUM;
    Arrays.fill(total, job.start());
    Nest.Cursor row = job.reduced.cursor(first);
    int[] at = new int[4];
    for (int block = first; block < end; block += ROWS) {
      int stop = Math.min(end, block + ROWS);
      Arrays.fill(acc, (float) job.start());
      int r = block;
      for (; sum && r <= stop - 4; r += 4) {
        for (int k = 0; k < 4; k++, row.next()) {
          at[k] = row.at(0) + shift;
        }
        RowLoops.addFour(job.x, at[0], at[1], at[2], at[3], acc, n);
      }
      for (; r < stop; r++, row.next()) {
        job.addRow(row.at(0) + shift, acc, n);
      }
      for (int c = 0; c < n; c++) {
        total[c] = job.combine(total[c], acc[c]);
      }
    }
    return total;
  }

  @Override
  public int[] argmax(View x, int dim) {
    return arg(x, dim, true);
  }

  @Override
  public int[] argmin(View x, int dim) {
    return arg(x, dim, false);
  }

  private static int[] arg(View x, int dim, boolean largest) {
    Layout lines = x.layout().slice(dim, 0, Math.min(1, x.dim(dim)), 1);
    int size = x.dim(dim);
    int step = x.stride(dim);
    int[] starts = starts(lines);
    int[] result = new int[starts.length];
    float[] xs = x.array();
    Parallel.forRange(
        starts.length,
        Math.max(1, GRAIN / Math.max(1, size)),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            result[i] =
                largest ? argmax(xs, starts[i], step, size) : argmin(xs, starts[i], step, size);
          }
        });
    return result;
  }

  private static int argmax(float[] x, int from, int step, int size) {
    int best = 0;
    float largest = x[from];
    for (int k = 1; k < size && largest == largest; k++) {
      float value = x[from + k * step];
      if (!(value <= largest)) {
        largest = value;
        best = k;
      }
    }
    return best;
  }

  private static int argmin(float[] x, int from, int step, int size) {
    int best = 0;
    float smallest = x[from];
    for (int k = 1; k < size && smallest == smallest; k++) {
      float value = x[from + k * step];
      if (!(value >= smallest)) {
        smallest = value;
        best = k;
      }
    }
    return best;
  }

  /** The position of every element of a layout, in row-major order. */
  private static int[] starts(Layout layout) {
    int[] starts = new int[layout.numel()];
    int[] index = new int[layout.rank()];
    int at = layout.offset();
    for (int i = 0; i < starts.length; i++) {
      starts[i] = at;
      for (int d = index.length - 1; d >= 0; d--) {
        at += layout.stride(d);
        if (++index[d] < layout.dim(d)) {
          break;
        }
        at -= layout.stride(d) * layout.dim(d);
        index[d] = 0;
      }
    }
    return starts;
  }

  @Override
  public double sumOfSquares(View x) {
    return SquareSum.of(x);
  }
}
