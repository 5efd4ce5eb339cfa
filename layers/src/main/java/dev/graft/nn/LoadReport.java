package dev.graft.nn;

import dev.graft.backend.Buffer;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What came of loading a state dict, all of it at once. Batch norm's {@code num_batches_tracked}
 * may be absent on either side: files from before PyTorch 0.4.1 lack it, and nothing reads it.
 *
 * @param applied names whose values were copied
 * @param missing names that the network has and the state dict lacks
 * @param unexpected names that the state dict has and the network lacks
 * @param misshapen names that both have, with different shapes
 * @param dropped names of the state dict that were left out on purpose, such as its head's
 * @param hints by name: the two shapes of a misshapen one; the nearest name on the other side of a
 *     missing or unexpected one, where there is a near one
 * @param advice what to do about it, where that can be told
 */
public record LoadReport(
    List<String> applied,
    List<String> missing,
    List<String> unexpected,
    List<String> misshapen,
    List<String> dropped,
    Map<String, String> hints,
    List<String> advice) {
  private static final String OPTIONAL = "num_batches_tracked";

  /**
   * Copies what fits of {@code source} into the tensors of {@code target}.
   *
   * @param leftOut the names that count on neither side, such as those of a head that is replaced
   */
  public static LoadReport load(StateDict target, StateDict source, Predicate<String> leftOut) {
    LoadReport report = compare(target, source, leftOut);
    report.applied.forEach(name -> target.get(name).assign(source.get(name)));
    return report;
  }

  /**
   * As {@link #load}, but the tensors of {@code target} take over the memory of those of {@code
   * source} instead of copying it, where both lie on the same device. What two names of {@code
   * source} share is copied for the second.
   */
  public static LoadReport adopt(StateDict target, StateDict source, Predicate<String> leftOut) {
    LoadReport report = compare(target, source, leftOut);
    Set<Buffer> taken = Collections.newSetFromMap(new IdentityHashMap<>());
    report.applied.forEach(name -> {
      Tensor to = target.get(name);
      Tensor from = source.get(name);
      if (to.backend() == from.backend() && taken.add(from.view().buffer())) {
        to.moveTo(from);
      } else {
        to.assign(from.toArray());
      }
    });
    return report;
  }

  /** What {@link #load} would report; changes nothing. */
  public static LoadReport compare(StateDict target, StateDict source, Predicate<String> leftOut) {
    List<String> dropped = source.names().stream().filter(leftOut).toList();
    StateDict to = without(target, leftOut);
    StateDict from = without(source, leftOut);
    List<String> applied = new ArrayList<>();
    List<String> misshapen = new ArrayList<>();
    Map<String, String> hints = new HashMap<>();
    List<String> missing = absent(to, from);
    List<String> unexpected = absent(from, to);
    to.tensors()
        .forEach((name, tensor) -> {
          Tensor given = from.get(name);
          if (given != null && given.shape().equals(tensor.shape())) {
            applied.add(name);
          } else if (given != null) {
            misshapen.add(name);
            hints.put(name, "the network has " + tensor.shape() + ", the file " + given.shape());
          }
        });
    missing.forEach(n -> hint(n, to.get(n), unexpected, from, hints));
    unexpected.forEach(n -> hint(n, from.get(n), missing, to, hints));
    return new LoadReport(
        List.copyOf(applied),
        List.copyOf(missing),
        List.copyOf(unexpected),
        List.copyOf(misshapen),
        dropped,
        Map.copyOf(hints),
        new LoadAdvice(to, from, applied, missing, unexpected, misshapen).lines());
  }

  private static StateDict without(StateDict state, Predicate<String> leftOut) {
    StateDict rest = new StateDict();
    state
        .tensors()
        .forEach((name, tensor) -> {
          if (!leftOut.test(name)) {
            rest.put(name, tensor);
          }
        });
    return rest;
  }

  private static List<String> absent(StateDict here, StateDict there) {
    return here.names().stream().filter(n -> !there.contains(n) && !n.endsWith(OPTIONAL)).toList();
  }

  /** Notes the candidate nearest to a name: one of the same shape before any other. */
  private static void hint(
      String name,
      Tensor tensor,
      List<String> candidates,
      StateDict owner,
      Map<String, String> hints) {
    String nearest = null;
    int least = Integer.MAX_VALUE;
    for (String other : candidates) {
      boolean sameShape = owner.get(other).shape().equals(tensor.shape());
      int distance = distance(name, other) + (sameShape ? 0 : name.length());
      if (distance < least && distance < name.length() + Math.max(3, name.length() / 3)) {
        least = distance;
        nearest = other;
      }
    }
    if (nearest != null) {
      hints.put(name, "nearest: " + nearest + " " + owner.get(nearest).shape());
    }
  }

  /** Levenshtein's edit distance (1966). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }

  /** True if everything was applied and nothing was left over. */
  public boolean isComplete() {
    return missing.isEmpty() && unexpected.isEmpty() && misshapen.isEmpty();
  }

  /**
   * @throws IllegalArgumentException with the whole report unless it {@link #isComplete}
   */
  public LoadReport orThrow() {
    if (!isComplete()) {
      throw new IllegalArgumentException("load: the weights do not fit the network: " + this);
    }
    return this;
  }

  /** The counts on the first line, then every name with its hint, then what to do about it. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    out.append(applied.size()).append(" applied, ");
    out.append(missing.size()).append(" missing, ");
    out.append(unexpected.size()).append(" unexpected, ");
    out.append(misshapen.size()).append(" misshapen");
    if (!dropped.isEmpty()) {
      out.append(", ").append(dropped.size()).append(" dropped");
    }
    out.append(differences());
    advice.forEach(line -> out.append("\n  ").append(line));
    return out.toString();
  }

  /** Every name that did not fit with its hint, each on a line of its own after a line break. */
  public String differences() {
    StringBuilder out = new StringBuilder();
    append(out, "missing", missing);
    append(out, "unexpected", unexpected);
    append(out, "misshapen", misshapen);
    return out.toString();
  }

  private void append(StringBuilder out, String what, List<String> names) {
    for (String name : names) {
      out.append("\n  ").append(what).append(' ').append(name);
      if (hints.containsKey(name)) {
        out.append(" (").append(hints.get(name)).append(')');
      }
    }
  }
}
