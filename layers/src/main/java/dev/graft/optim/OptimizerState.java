package dev.graft.optim;

import dev.graft.nn.Parameter;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What optimisers remember, to and from state dicts. */
final class OptimizerState {
  private static final String KIND = "optimizer";
  private static final String STEP = "step";

  private OptimizerState() {}

  static StateDict save(
      String kind, List<String> slots, List<ParamGroup> groups, Map<Tensor, ParamState> states) {
    StateDict saved = new StateDict();
    saved.metadata().put(KIND, kind);
    for (int i = 0; i < groups.size(); i++) {
      saved.metadata().put(lrKey(i), Double.toString(groups.get(i).lr()));
    }
    if (slots.isEmpty()) {
      return saved;
    }
    named(groups)
        .forEach((name, param) -> {
          ParamState state = states.get(param);
          if (state != null) {
            saved.put(name + "." + STEP, Tensor.scalar(state.step()));
            for (String slot : slots) {
              Tensor values = state.slot(slot);
              saved.put(name + "." + slot, Tensor.of(values.toArray(), values.shape().toArray()));
            }
          }
        });
    return saved;
  }

  static Map<Tensor, ParamState> load(
      String kind, List<String> slots, List<ParamGroup> groups, StateDict saved) {
    double[] rates = rates(kind, groups, saved);
    Set<String> left = new LinkedHashSet<>(saved.names());
    Map<Tensor, ParamState> states = new IdentityHashMap<>();
    named(groups)
        .forEach((name, param) -> {
          if (slots.stream().anyMatch(slot -> saved.contains(name + "." + slot))) {
            states.put(param, state(kind, name, param, slots, saved, left));
          }
        });
    if (!left.isEmpty()) {
      throw wrong(kind, "\"" + left.iterator().next() + "\" belongs to no parameter here");
    }
    for (int i = 0; i < rates.length; i++) {
      groups.get(i).setLr(rates[i]);
    }
    return states;
  }

  private static double[] rates(String kind, List<ParamGroup> groups, StateDict saved) {
    String theirs = saved.metadata().get(KIND);
    if (!kind.equals(theirs)) {
      throw wrong(kind, theirs == null ? "no optimizer's state" : "the state of " + theirs);
    }
    double[] rates = new double[groups.size()];
    for (int i = 0; i < rates.length; i++) {
      String lr = saved.metadata().get(lrKey(i));
      if (lr == null || saved.metadata().containsKey(lrKey(rates.length))) {
        throw wrong(kind, "another number of parameter groups than " + rates.length);
      }
      rates[i] = rate(kind, lr);
    }
    return rates;
  }

  private static double rate(String kind, String text) {
    double lr;
    try {
      lr = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      lr = Double.NaN;
    }
    if (!(lr >= 0 && Double.isFinite(lr))) {
      throw wrong(kind, "a learning rate of \"" + text + "\"");
    }
    return lr;
  }

  private static ParamState state(
      String kind,
      String name,
      Tensor param,
      List<String> slots,
      StateDict saved,
      Set<String> left) {
    ParamState state = new ParamState(param, slots);
    Tensor step = take(kind, name + "." + STEP, saved, left);
    if (step.numel() != 1 || !(step.item() >= 1)) {
      throw wrong(kind, "\"" + name + "." + STEP + "\" is no number of steps");
    }
    state.setStep((int) step.item());
    for (String slot : slots) {
      String key = name + "." + slot;
      Tensor values = take(kind, key, saved, left);
      if (!values.shape().equals(param.shape())) {
        throw wrong(
            kind,
            String.format(
                "\"%s\" has shape %s, the parameter has %s", key, values.shape(), param.shape()));
      }
      state.slot(slot).assign(values.toArray());
    }
    return state;
  }

  private static Tensor take(String kind, String key, StateDict saved, Set<String> left) {
    if (!left.remove(key)) {
      throw wrong(kind, "\"" + key + "\" is missing");
    }
    return saved.get(key);
  }

  /** The parameters by name; of equal names, the second is {@code NAME#2}, and so on. */
  private static Map<String, Tensor> named(List<ParamGroup> groups) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    for (ParamGroup group : groups) {
      for (Parameter p : group.parameters()) {
        String name = p.name();
        for (int n = 2; named.containsKey(name); n++) {
          name = p.name() + "#" + n;
        }
        named.put(name, p.tensor());
      }
    }
    return named;
  }

  private static String lrKey(int group) {
    return "group" + group + ".lr";
  }

  private static IllegalArgumentException wrong(String kind, String problem) {
    return new IllegalArgumentException(kind + ": load: state does not fit: " + problem);
  }
}
