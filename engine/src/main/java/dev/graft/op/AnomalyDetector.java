package dev.graft.op;

import dev.graft.tensor.AnomalyException;
import dev.graft.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** Looks at every result and every gradient, and throws at the first that is not finite. */
public final class AnomalyDetector extends Watcher {
  private final Deque<Place> places = new ArrayDeque<>();

  @Override
  public void entered(Place place) {
    places.push(place);
  }

  @Override
  public void left(Place place, Tensor result) {
    places.pop();
  }

  @Override
  public void applied(Node node, Tensor[] inputs, Tensor result) {
    Origin origin = Origin.here(places.isEmpty() ? "" : places.peek().path());
    node.setOrigin(origin);
    if (isFinite(result)) {
      return;
    }
    StringBuilder before = new StringBuilder();
    for (int i = 0; i < inputs.length; i++) {
      if (!isFinite(inputs[i])) {
        before.append("; input ").append(i).append(" was not finite before");
      }
    }
    throw new AnomalyException(
        subject(node) + "result " + facts(result) + before + "; called at " + origin.line());
  }

  @Override
  void differentiated(Node node, Tensor gradOutput, Tensor[] parts) {
    if (!isFinite(gradOutput)) {
      throw failure(node, "gradient of the result", gradOutput);
    }
    for (int k = 0; k < parts.length; k++) {
      if (parts[k] != null && node.needsGrad(k) && !isFinite(parts[k])) {
        throw failure(node, "gradient of input " + k, parts[k]);
      }
    }
  }

  @Override
  void accumulated(Node node, int k, Tensor grad) {
    if (!isFinite(grad)) {
      throw failure(node, "accumulated gradient of input " + k, grad);
    }
  }

  private static AnomalyException failure(Node node, String what, Tensor grad) {
    Origin origin = node.origin();
    return new AnomalyException(
        subject(node)
            + what
            + " "
            + facts(grad)
            + (origin == null
                ? "; its forward ran outside detectAnomaly"
                : "; its forward was called at " + origin.line()));
  }

  private static String subject(Node node) {
    Origin origin = node.origin();
    boolean named = origin != null && !origin.path().isEmpty();
    return node.op().name() + (named ? " \"" + origin.path() + "\"" : "") + ": ";
  }

  private static boolean isFinite(Tensor t) {
    return Double.isFinite(t.backend().reductions().sumOfSquares(t.dense().view()));
  }

  private static String facts(Tensor t) {
    float[] values = t.toArray();
    int first = -1;
    int count = 0;
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        first = first < 0 ? i : first;
        count++;
      }
    }
    int[] index = new int[t.rank()];
    int rest = first;
    for (int i = index.length - 1; i >= 0; i--) {
      index[i] = rest % t.dim(i);
      rest /= t.dim(i);
    }
    return String.format(
        "is not finite: %s at %s of %s, %,d of %,d values",
        values[first], Arrays.toString(index), t.shape(), count, values.length);
  }
}
