package dev.graft.backend.opencl;

import dev.graft.backend.View;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_kernel;

/** One run of a kernel: its arguments in order, then {@link #run}. */
final class ClLaunch {
  /** The vector arguments' length, and the dimensions that kernels can walk. */
  static final int RANK = 8;

  private final ClBackend backend;
  private final String name;
  private final cl_kernel kernel;
  private final List<Pointer> values = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();
  private final List<ClBuffer> held = new ArrayList<>();

  ClLaunch(ClBackend backend, String name, cl_kernel kernel) {
    this.backend = backend;
    this.name = name;
    this.kernel = kernel;
  }

  private ClLaunch add(Pointer value, int size) {
    values.add(value);
    sizes.add(size);
    return this;
  }

  /** A buffer alone. */
  ClLaunch buffer(ClBuffer buffer) {
    held.add(buffer);
    return add(Pointer.to(buffer.memory()), Sizeof.cl_mem);
  }

  /** A view's buffer and offset. */
  ClLaunch view(View view) {
    return buffer((ClBuffer) view.buffer()).of(view.offset());
  }

  /** As {@link #view}; where there is none, any buffer and the offset −1. */
  ClLaunch optional(View view) {
    return view != null ? view(view) : buffer(backend.nothing()).of(-1);
  }

  ClLaunch of(int value) {
    return add(Pointer.to(new int[] {value}), Sizeof.cl_int);
  }

  ClLaunch of(long value) {
    return add(Pointer.to(new long[] {value}), Sizeof.cl_long);
  }

  ClLaunch of(float value) {
    return add(Pointer.to(new float[] {value}), Sizeof.cl_float);
  }

  /** Up to eight ints as an int8, with {@code rest} behind them. */
  ClLaunch ints8(int rest, int... given) {
    int[] eight = new int[RANK];
    for (int i = 0; i < RANK; i++) {
      eight[i] = i < given.length ? given[i] : rest;
    }
    return add(Pointer.to(eight), RANK * Sizeof.cl_int);
  }

  ClLaunch int2(int a, int b) {
    return add(Pointer.to(new int[] {a, b}), 2 * Sizeof.cl_int);
  }

  /** Four ints as an int4. */
  ClLaunch int4(int a, int b, int c, int d) {
    return add(Pointer.to(new int[] {a, b, c, d}), 4 * Sizeof.cl_int);
  }

  /** Local memory of that many floats. */
  ClLaunch local(int floats) {
    return add(null, floats * Sizeof.cl_float);
  }

  /** Runs one item for each of {@code items}; the kernel leaves the rest of the last group out. */
  void run(long items) {
    int local = backend.lineGroup();
    run(new long[] {(items + local - 1) / local * local}, new long[] {local});
  }

  /** Runs {@code groups} groups of {@code size} items. */
  void groups(long groups, int size) {
    run(new long[] {groups * size}, new long[] {size});
  }

  void run(long[] global, long[] local) {
    for (long size : global) {
      if (size == 0) {
        return;
      }
    }
    backend.queue().run(name, kernel, this::setArguments, global, local);
    Reference.reachabilityFence(held);
  }

  private void setArguments() {
    for (int i = 0; i < values.size(); i++) {
      CL.clSetKernelArg(kernel, i, sizes.get(i), values.get(i));
    }
  }
}
