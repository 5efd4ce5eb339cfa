package dev.graft.benchmarks;

import dev.graft.backend.cpu.Parallel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What it costs to share a loop: pieces of a given length (µs of work), right after one another and
 * after a pause of the caller, in which the workers fall asleep.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class ParallelBenchmark extends Forked {
  /** Tokens of work a piece; 1000 are about 2 µs. */
  @Param({"0", "2000", "10000"})
  public int work;

  @Param({"2", "8"})
  public int pieces;

  private Parallel.RangeBody body;

  @Setup
  public void prepare() {
    body = (from, to) -> Blackhole.consumeCPU(work);
  }

  /** Loops in a row. */
  @Benchmark
  public void busy() {
    Parallel.forRange(pieces, 1, body);
  }

  /** The caller computes alone for about 200 µs between loops. */
  @Benchmark
  public void afterAPause() {
    Blackhole.consumeCPU(100_000);
    Parallel.forRange(pieces, 1, body);
  }

  /** The same work on one thread. */
  @Benchmark
  public void alone() {
    for (int i = 0; i < pieces; i++) {
      Blackhole.consumeCPU(work);
    }
  }

  /** The pause alone. */
  @Benchmark
  public void pause() {
    Blackhole.consumeCPU(100_000);
  }
}
