package dev.graft.op;

import dev.graft.backend.BinaryKind;
import dev.graft.backend.Buffer;
import dev.graft.backend.View;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks the tape in reverse. Buffers of gradients that nobody holds any more go back to the backend
 * as soon as they are used: gradients of inner nodes are never seen by users, so their lifetimes
 * are known.
 */
public final class Backward {
  private final Map<Node, Tensor> gradients = new IdentityHashMap<>();
  private final Map<Buffer, Integer> holders = new IdentityHashMap<>();

  private final Watcher watcher;

  private Backward(Watcher watcher) {
    this.watcher = watcher;
  }

  /**
   * Adds to {@code grad()} of every leaf under {@code root} its part of the gradient.
   *
   * @throws IllegalStateException if a part of the graph was already used by an earlier backward
   */
  public static void run(Node root, Tensor gradOutput) {
    Watcher watcher = Watcher.current();
    if (watcher == null) {
      Autograd.noGrad(() -> new Backward(null).walk(root, gradOutput));
    } else {
      Watcher.unwatched(() -> {
        Autograd.noGrad(() -> new Backward(watcher).walk(root, gradOutput));
        return null;
      });
    }
  }

  private void walk(Node root, Tensor gradOutput) {
    List<Node> order = postOrder(root);
    hold(gradOutput.view().buffer());
    hold(gradOutput.view().buffer()); // twice: it is the caller's, and is never recycled
    gradients.put(root, gradOutput);
    for (int i = order.size() - 1; i >= 0; i--) {
      Node node = order.get(i);
      Tensor grad = gradients.remove(node);
      if (grad == null) {
        continue;
      }
      if (watcher == null) { // watchers look at gradients as they were
        node.lend(isOwn(grad), pending(node));
      }
      Tensor[] parts = node.op().backward(node, grad);
      if (watcher != null) {
        watcher.differentiated(node, grad, parts);
      }
      for (int k = 0; k < parts.length; k++) {
        if (isNew(node, k, parts[k])) {
          hold(parts[k].view().buffer());
        }
      }
      drop(grad.view().buffer());
      for (int k = 0; k < parts.length; k++) {
        if (isNew(node, k, parts[k])) {
          deliver(node, k, parts[k]);
        }
      }
      releaseSaved(node);
      node.consume();
    }
  }

  /** The gradients that the node's inputs have so far, as far as they may be added to in place. */
  private Tensor[] pending(Node node) {
    Tensor[] pending = null;
    for (int k = 0; k < node.arity(); k++) {
      Tensor sum = node.producer(k) == null ? null : gradients.get(node.producer(k));
      if (sum != null && isOwn(sum)) {
        pending = pending == null ? new Tensor[node.arity()] : pending;
        pending[k] = sum;
      }
    }
    return pending;
  }

  /** Whether a part has yet to be added to its input's gradient. */
  private static boolean isNew(Node node, int k, Tensor part) {
    return part != null && node.needsGrad(k) && part != node.pendingGradient(k);
  }

  private void releaseSaved(Node node) {
    if (node.ownsSaved()) {
      for (Object saved : node.saved()) {
        Buffer buffer = ((Tensor) saved).view().buffer();
        buffer.backend().release(buffer);
      }
    }
  }

  private void deliver(Node node, int k, Tensor part) {
    Node producer = node.producer(k);
    if (producer == null) {
      deliverToLeaf(node.leaf(k), part);
      if (watcher != null) {
        watcher.accumulated(node, k, node.leaf(k).grad());
      }
      return;
    }
    Tensor before = gradients.get(producer);
    gradients.put(producer, before == null ? part : sum(before, part));
  }

  private void deliverToLeaf(Tensor leaf, Tensor part) {
    Tensor before = leaf.gradForUpdate();
    boolean shared = holders.get(part.view().buffer()) > 1 || !part.layout().isDense();
    if (before != null) {
      leaf.setOwnGrad(before.add(part));
      drop(part.view().buffer());
    } else if (shared) {
      leaf.setOwnGrad(part.copy(Layout.dense(leaf.shape(), leaf.layout())));
      drop(part.view().buffer());
    } else {
      leaf.setOwnGrad(part); // stays held: it is the leaf's now
    }
  }

  /** The sum of two gradients, in place where one of them is held by nobody else. */
  private Tensor sum(Tensor a, Tensor b) {
    if (isOwn(a) && a.layout().sameOrder(b.layout())) {
      View target = a.view();
      target.buffer().backend().elementwise().binary(BinaryKind.ADD, target, b.view(), target);
      drop(b.view().buffer());
      return a;
    }
    Tensor sum = a.add(b);
    hold(sum.view().buffer());
    drop(a.view().buffer());
    drop(b.view().buffer());
    return sum;
  }

  private boolean isOwn(Tensor t) {
    return holders.get(t.view().buffer()) == 1 && t.layout().isDense();
  }

  private void hold(Buffer buffer) {
    holders.merge(buffer, 1, Integer::sum);
  }

  private void drop(Buffer buffer) {
    int left = holders.merge(buffer, -1, Integer::sum);
    if (left == 0) {
      holders.remove(buffer);
      buffer.backend().release(buffer);
    }
  }

  /** The nodes under root, producers before consumers; iterative, since tapes can be long. */
  private static List<Node> postOrder(Node root) {
    List<Node> order = new ArrayList<>();
    Map<Node, int[]> nextInput = new IdentityHashMap<>();
    Deque<Node> stack = new ArrayDeque<>();
    stack.push(root);
    nextInput.put(root, new int[1]);
    while (!stack.isEmpty()) {
      Node node = stack.peek();
      if (node.isConsumed()) {
        throw new IllegalStateException(
            node.op().name()
                + ": backward: this part of the graph was already used by an earlier backward();"
                + " compute the forward pass again");
      }
      int i = nextInput.get(node)[0]++;
      if (i == node.arity()) {
        order.add(node);
        stack.pop();
      } else if (node.producer(i) != null && !nextInput.containsKey(node.producer(i))) {
        nextInput.put(node.producer(i), new int[1]);
        stack.push(node.producer(i));
      }
    }
    return order;
  }
}
