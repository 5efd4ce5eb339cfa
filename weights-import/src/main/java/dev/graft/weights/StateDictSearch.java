package dev.graft.weights;

import dev.graft.weights.Pickled.Dict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the dict of weights in a training checkpoint: under the keys that training scripts use,
 * else under the only key that has tensors below it.
 */
final class StateDictSearch {
  /** Where checkpoints keep their weights, best first: averaged weights before the last ones. */
  static final List<String> WRAPPINGS =
      List.of(
          "state_dict_ema",
          "model_ema",
          "ema_state_dict",
          "ema_model",
          "ema",
          "params_ema",
          "state_dict",
          "model_state_dict",
          "model_state",
          "model",
          "net",
          "network",
          "params",
          "weights",
          "teacher",
          "student",
          "backbone",
          "encoder");

  /** More wrappings inside each other than anybody makes. */
  private static final int DEEPEST = 8;

  /** What keeps tensors beside the weights: an optimiser's averages, generators' states. */
  private static final List<String> OTHERS =
      List.of(
          "optim", "sched", "lr_sched", "scaler", "amp", "loss", "criterion", "rng", "callback");

  private final Set<Dict> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * A dict of weights.
   *
   * @param path the keys that lead to it
   * @param others keys of further dicts of weights beside it, which nothing tells apart
   */
  record Found(Dict dict, List<String> path, List<String> others) {
    /** The number of tensors. */
    long tensors() {
      return count(dict);
    }
  }

  /** The innermost dict with tensors under the known keys, or else under any; or null. */
  Found search(Dict root) {
    Found known = search(root, List.of());
    if (known != null && !known.path.isEmpty()) {
      return known;
    }
    List<Found> unknown = new ArrayList<>();
    for (Map.Entry<Object, Object> item : root.items.entrySet()) {
      if (item.getKey() instanceof String key
          && item.getValue() instanceof Dict inner
          && OTHERS.stream().noneMatch(key::startsWith)) {
        Found found = search(inner, List.of(key));
        if (found != null && (known == null || found.tensors() > known.tensors())) {
          unknown.add(found);
        }
      }
    }
    if (unknown.isEmpty()) {
      return known;
    }
    List<String> keys = unknown.stream().map(found -> found.path.getFirst()).toList();
    Found first = unknown.getFirst();
    return new Found(first.dict, first.path, keys.subList(1, keys.size()));
  }

  private Found search(Dict dict, List<String> path) {
    if (path.size() == DEEPEST || !seen.add(dict)) {
      return null;
    }
    for (String key : WRAPPINGS) {
      if (dict.items.get(key) instanceof Dict inner) {
        List<String> deeper = new ArrayList<>(path);
        deeper.add(key);
        Found found = search(inner, deeper);
        if (found != null) {
          return found;
        }
      }
    }
    return count(dict) > 0 ? new Found(dict, path, List.of()) : null;
  }

  private static long count(Dict dict) {
    return dict.items.values().stream().filter(TorchTensor.class::isInstance).count();
  }
}
