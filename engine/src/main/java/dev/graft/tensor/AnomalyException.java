package dev.graft.tensor;

/**
 * Thrown in {@link Autograd#detectAnomaly} at the first NaN or infinity: names the operation, the
 * layer's path, and the line that called it.
 */
public final class AnomalyException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  public AnomalyException(String message) {
    super(message);
  }
}
