package dev.graft.tensor;

import java.util.function.Supplier;

/** Switches recording off for a piece of code, on this thread and only there. */
public final class Autograd {
  private static final ScopedValue<Boolean> RECORDING = ScopedValue.newInstance();

  private Autograd() {}

  /** True if operations on tensors that require gradients are recorded. */
  public static boolean isRecording() {
    return !RECORDING.isBound() || RECORDING.get();
  }

  /** Runs {@code body} without recording: its results require no gradients. */
  public static <T> T noGrad(Supplier<T> body) {
    return ScopedValue.where(RECORDING, false).call(body::get);
  }

  /** Runs {@code body} without recording. */
  public static void noGrad(Runnable body) {
    ScopedValue.where(RECORDING, false).run(body);
  }
}
