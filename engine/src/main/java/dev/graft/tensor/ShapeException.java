package dev.graft.tensor;

/**
 * Thrown when shapes, dimensions or indices do not fit an operation. The message reads {@code op:
 * problem: facts; hint}, with dimensions named by their meaning.
 */
public class ShapeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public ShapeException(String message) {
    super(message);
  }

  /** Formats the message as {@link String#format} does. */
  public static ShapeException of(String format, Object... facts) {
    return new ShapeException(String.format(format, facts));
  }
}
