package dev.graft.op;

import dev.graft.tensor.Tensor;
import java.util.function.Supplier;

/**
 * Sees the operations that are applied on this thread while a piece of code runs, and the parts of
 * a network around them: how anomaly mode and summaries look in. Operations inside an operation are
 * not seen.
 */
public abstract class Watcher {
  private static final ScopedValue<Watcher> CURRENT = ScopedValue.newInstance();

  /** A part of a network: a layer. */
  public interface Place {
    /** Where it stands: {@code layer1.0.conv1}; empty for the whole. */
    String path();
  }

  /** The watcher of this thread, or null: almost always. */
  public static Watcher current() {
    return CURRENT.isBound() ? CURRENT.get() : null;
  }

  /** Runs {@code body} with a watcher; one that watches already goes on, and sees things first. */
  public static <T> T watch(Watcher watcher, Supplier<T> body) {
    Watcher before = current();
    return ScopedValue.where(CURRENT, before == null ? watcher : new Both(before, watcher))
        .call(body::get);
  }

  /** Runs {@code body} with this watcher and no other, whoever watches already. */
  public static <T> T watchAlone(Watcher watcher, Supplier<T> body) {
    return ScopedValue.where(CURRENT, watcher).call(body::get);
  }

  /** Runs {@code body} with nobody watching. */
  static <T> T unwatched(Supplier<T> body) {
    return ScopedValue.where(CURRENT, null).call(body::get);
  }

  /** A part of the network begins. */
  public void entered(Place place) {}

  /** A part of the network has ended; result is null where it threw. */
  public void left(Place place, Tensor result) {}

  /**
   * Before an operation is computed: a result to take in its place, or null for the usual. For a
   * watcher that watches alone.
   */
  public Tensor instead(Node node, Tensor[] inputs) {
    return null;
  }

  /** An operation has given {@code result}. */
  public void applied(Node node, Tensor[] inputs, Tensor result) {}

  /** An operation has made of its result's gradient those of its inputs; null: none wanted. */
  void differentiated(Node node, Tensor gradOutput, Tensor[] parts) {}

  /** The gradient of a leaf, which is input {@code k}, now holds the part that came last. */
  void accumulated(Node node, int k, Tensor grad) {}

  private static final class Both extends Watcher {
    private final Watcher outer;
    private final Watcher inner;

    Both(Watcher outer, Watcher inner) {
      this.outer = outer;
      this.inner = inner;
    }

    @Override
    public void entered(Place place) {
      outer.entered(place);
      inner.entered(place);
    }

    @Override
    public void left(Place place, Tensor result) {
      inner.left(place, result);
      outer.left(place, result);
    }

    @Override
    public void applied(Node node, Tensor[] inputs, Tensor result) {
      outer.applied(node, inputs, result);
      inner.applied(node, inputs, result);
    }

    @Override
    void differentiated(Node node, Tensor gradOutput, Tensor[] parts) {
      outer.differentiated(node, gradOutput, parts);
      inner.differentiated(node, gradOutput, parts);
    }

    @Override
    void accumulated(Node node, int k, Tensor grad) {
      outer.accumulated(node, k, grad);
      inner.accumulated(node, k, grad);
    }
  }
}
