package dev.graft.optim;

import dev.graft.backend.Backend;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an optimiser remembers of one parameter: running values in its memory order, and steps. */
final class ParamState {
  private final Map<String, Tensor> slots = new LinkedHashMap<>();
  private int step;

  ParamState(Tensor param, List<String> names) {
    for (String name : names) {
      Layout layout = Layout.dense(param.shape(), param.layout());
      View view = new View(param.backend().allocateZeroed(layout.numel()), layout);
      slots.put(name, Tensor.of(view));
    }
  }

  /** Follows a parameter that was moved to another device. */
  void to(Backend backend) {
    for (Tensor slot : slots.values()) {
      if (slot.backend() != backend) {
        slot.moveTo(slot.to(backend));
      }
    }
  }

  /** The number of this step, from 1 on. */
  int step() {
    return step;
  }

  void setStep(int value) {
    step = value;
  }

  /** A running value, or null where the optimiser keeps none of that name. */
  Tensor slot(String name) {
    return slots.get(name);
  }

  View view(String name) {
    Tensor slot = slots.get(name);
    return slot == null ? null : slot.view();
  }
}
