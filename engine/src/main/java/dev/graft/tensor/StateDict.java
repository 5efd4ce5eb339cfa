package dev.graft.tensor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Tensors by name, in order, with text metadata: what weight files hold and layers load. */
public final class StateDict {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /** Adds or replaces a tensor; returns this. */
  public StateDict put(String name, Tensor tensor) {
    tensors.put(name, tensor);
    return this;
  }

  /** The tensor of that name, or null. */
  public Tensor get(String name) {
    return tensors.get(name);
  }

  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  public int size() {
    return tensors.size();
  }

  /** The names, in the order in which they were put. */
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  /** The tensors by name, in order; read-only. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /** Text that travels with the tensors (class names, preprocessing, …); may be changed. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The number of values in all tensors. */
  public long numel() {
    return tensors.values().stream().mapToLong(Tensor::numel).sum();
  }

  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder()
            .append(String.format("StateDict of %d tensors, %,d values", size(), numel()));
    tensors.forEach((name, t) -> text.append("\n  ").append(name).append(' ').append(t.shape()));
    return text.toString();
  }
}
