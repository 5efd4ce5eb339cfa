package dev.graft.benchmarks;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reports GFLOP a second beside calls a second, and the share of the machine's peak. */
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Flops {
  /** 10⁹ operations so far in this iteration; a multiply-add counts as two. */
  public double gflops;

  /** In the table: percent of what {@link Roofline} measured. */
  public double percentOfPeak;

  private double peak;

  @Setup(Level.Trial)
  public void roofline() {
    peak = Roofline.get().gflops();
  }

  @Setup(Level.Iteration)
  public void clear() {
    gflops = 0;
    percentOfPeak = 0;
  }

  void add(long multiplyAdds) {
    gflops += 2e-9 * multiplyAdds;
    percentOfPeak = 100 * gflops / peak;
  }
}
