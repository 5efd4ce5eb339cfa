package dev.graft.tensor;

import dev.graft.op.AnomalyDetector;
import dev.graft.op.StepScope;
import dev.graft.op.Watcher;
import java.util.function.Supplier;

/**
 * Switches recording off, or anomaly mode on, for a piece of code, on this thread and only there.
 */
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

  /**
   * Runs one training step and then takes the memory of all that its operations made back, for the
   * next step: no zeroing, no garbage. What the body returns stays usable, and so do gradients of
   * leaves and what {@link Tensor#keep()} was called on; any other tensor made in the step throws
   * when it is used later. The body must not leave such tensors to other threads. {@code float loss
   * = Autograd.step(() -> { … loss.backward(); sgd.step(); return loss.item(); })}
   */
  public static <T> T step(Supplier<T> body) {
    return StepScope.run(body);
  }

  /**
   * Runs {@code body}, forward and backward passes in it, and throws at the first NaN or infinity
   * in a result or a gradient, naming the operation, the layer's path and the line that called it.
   * For finding faults: every value is looked at. {@code Autograd.detectAnomaly(() ->
   * loss(net.apply(x)).backward())}
   *
   * @throws AnomalyException at the first value that is not finite
   */
  public static <T> T detectAnomaly(Supplier<T> body) {
    return Watcher.watch(new AnomalyDetector(), body);
  }

  /** As {@link #detectAnomaly(Supplier)}, for code without a result. */
  public static void detectAnomaly(Runnable body) {
    detectAnomaly(() -> {
      body.run();
      return null;
    });
  }
}
