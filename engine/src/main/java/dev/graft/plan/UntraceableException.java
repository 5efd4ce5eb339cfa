package dev.graft.plan;

/** A forward pass that cannot be made into a plan; the message says where and why. */
public final class UntraceableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  UntraceableException(String message) {
    super(message);
  }

  /** {@code plan "layer1.0.bn1": problem: facts; hint}; the path may be empty. */
  static UntraceableException at(String path, String text) {
    return new UntraceableException((path.isEmpty() ? "plan: " : "plan \"" + path + "\": ") + text);
  }
}
