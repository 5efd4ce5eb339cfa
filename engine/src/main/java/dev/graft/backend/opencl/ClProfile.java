package dev.graft.backend.opencl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_event;

/**
 * How long each kernel ran, by the device's own clock: with {@code -Dgraft.opencl.profile=true}.
 */
final class ClProfile {
  private static final int MOST_PENDING = 4096;

  private final List<Pending> pending = new ArrayList<>();
  private final Map<String, Total> totals = new TreeMap<>();

  private record Pending(String kernel, cl_event event) {}

  private static final class Total {
    long runs;
    long nanoseconds;
  }

  synchronized void add(String kernel, cl_event event) {
    pending.add(new Pending(kernel, event));
    if (pending.size() >= MOST_PENDING) {
      settle();
    }
  }

  private void settle() {
    for (Pending p : pending) {
      CL.clWaitForEvents(1, new cl_event[] {p.event});
      Total total = totals.computeIfAbsent(p.kernel, k -> new Total());
      total.runs++;
      total.nanoseconds +=
          time(p.event, CL.CL_PROFILING_COMMAND_END) - time(p.event, CL.CL_PROFILING_COMMAND_START);
      CL.clReleaseEvent(p.event);
    }
    pending.clear();
  }

  private static long time(cl_event event, int what) {
    long[] value = new long[1];
    CL.clGetEventProfilingInfo(event, what, Sizeof.cl_ulong, Pointer.to(value), null);
    return value[0];
  }

  /** A line per kernel, the costliest first: runs, milliseconds, part of all. */
  synchronized String table() {
    settle();
    long all = totals.values().stream().mapToLong(t -> t.nanoseconds).sum();
    StringBuilder table = new StringBuilder();
    totals.entrySet().stream()
        .sorted(Comparator.comparingLong(e -> -e.getValue().nanoseconds))
        .forEach(e ->
            table.append(
                String.format(
                    Locale.ROOT,
                    "%-32s %8d runs %12.3f ms %6.2f %%%n",
                    e.getKey(),
                    e.getValue().runs,
                    e.getValue().nanoseconds * 1e-6,
                    100.0 * e.getValue().nanoseconds / Math.max(1, all))));
    return table.toString();
  }
}
