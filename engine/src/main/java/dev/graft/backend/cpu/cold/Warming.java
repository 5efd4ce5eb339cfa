package dev.graft.backend.cpu.cold;

/**
 * Vector kernels that are to be compiled before they are used.
 *
 * @param name for people
 * @param vectors vector operations in a trial
 * @param trial runs the kernels on tiny inputs, over all their branches: one that was never taken
 *     would send them back to the interpreter later
 * @param use says whether they are used instead of their twins
 */
public record Warming(String name, int vectors, Runnable trial, Switch use) {
  /** Between a kernel and its twin, which compute the same bits. */
  @FunctionalInterface
  public interface Switch {
    void compiled(boolean yes);
  }

  /** Compiled vector operations take 0.1 to 1 ns, those that box 20 to 100. */
  private static final double COMPILED_NANOS = 3;

  /** Runs the trial; whether it was as fast as only compiled code is. */
  public boolean isFast() {
    long start = System.nanoTime();
    trial.run();
    return System.nanoTime() - start < COMPILED_NANOS * vectors;
  }
}
