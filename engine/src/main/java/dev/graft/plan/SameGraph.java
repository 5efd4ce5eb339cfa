package dev.graft.plan;

import dev.graft.op.Op;
import dev.graft.tensor.Tensor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Whether two traces of one forward pass say the same: what a plan may rely on. */
final class SameGraph {
  private SameGraph() {}

  /** The first difference, in words, or null. Constants are the same where their values are. */
  static String difference(Graph a, Graph b) {
    if (a.calls().size() != b.calls().size()) {
      return a.calls().size() + " operations, then " + b.calls().size();
    }
    Map<Graph.Value, Graph.Value> partner = new IdentityHashMap<>();
    partner.put(a.input(), b.input());
    for (int i = 0; i < a.calls().size(); i++) {
      Graph.Call x = a.calls().get(i);
      Graph.Call y = b.calls().get(i);
      if (!sameOp(x.op(), y.op()) || !x.shape().equals(y.shape())) {
        return x.op() + " " + x.shape() + ", then " + y.op() + " " + y.shape();
      }
      if (!sameValues(x.inputs(), y.inputs(), partner)) {
        return "other inputs for " + x;
      }
      partner.put(x, y);
    }
    return sameValue(a.output(), b.output(), partner) ? null : "another result";
  }

  private static boolean sameValues(
      List<Graph.Value> a, List<Graph.Value> b, Map<Graph.Value, Graph.Value> partner) {
    for (int i = 0; i < a.size(); i++) {
      if (i >= b.size() || !sameValue(a.get(i), b.get(i), partner)) {
        return false;
      }
    }
    return a.size() == b.size();
  }

  private static boolean sameValue(
      Graph.Value a, Graph.Value b, Map<Graph.Value, Graph.Value> partner) {
    return a instanceof Graph.Constant x
        ? b instanceof Graph.Constant y && sameConstant(x, y)
        : partner.get(a) == b;
  }

  /** The same memory, not overwritten since; or fresh memory with the same values. */
  private static boolean sameConstant(Graph.Constant a, Graph.Constant b) {
    Tensor x = a.tensor();
    Tensor y = b.tensor();
    if (x == y || x.view().equals(y.view())) {
      return a.isCurrent();
    }
    return x.shape().equals(y.shape()) && a.isCurrent() && Arrays.equals(x.toArray(), y.toArray());
  }

  /** Records are compared by what their arrays hold, which their own equals does not. */
  private static boolean sameOp(Op a, Op b) {
    if (a.equals(b)) {
      return true;
    }
    if (a.getClass() != b.getClass()) {
      return false;
    }
    try {
      for (RecordComponent part : a.getClass().getRecordComponents()) {
        if (!Objects.deepEquals(part.getAccessor().invoke(a), part.getAccessor().invoke(b))) {
          return false;
        }
      }
      return true;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("plan: cannot read " + a, e);
    }
  }
}
