package dev.graft.benchmarks;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reports GB a second beside calls a second, and the share of the machine's memory bandwidth. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Traffic {
  /** 10⁹ bytes so far in this iteration that must be read or written, each counted once. */
  public double gigabytes;

  /** In the table: percent of what {@link Roofline} measured; more than 100 comes from caches. */
  public double percentOfMemory;

  private double peak;

  @Setup(Level.Trial)
  public void roofline() {
    peak = Roofline.get().gigabytes();
  }

  @Setup(Level.Iteration)
  public void clear() {
    gigabytes = 0;
    percentOfMemory = 0;
  }

  /**
   * @param floats read and written
   */
  void add(long floats) {
    gigabytes += 1e-9 * Float.BYTES * floats;
    percentOfMemory = 100 * gigabytes / peak;
  }
}
