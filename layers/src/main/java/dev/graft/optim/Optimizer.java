package dev.graft.optim;

import dev.graft.backend.View;
import dev.graft.nn.Parameter;
import dev.graft.tensor.Layout;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Updates parameters from their gradients. */
public abstract class Optimizer {
  private final String name;
  private final List<String> slots;
  private final List<ParamGroup> groups;
  private final Map<Tensor, ParamState> states = new IdentityHashMap<>();

  /**
   * @param name as messages and saved states have it
   * @param slots PyTorch's names of the values that are remembered for each parameter
   */
  Optimizer(String name, List<ParamGroup> groups, List<String> slots) {
    if (groups.stream().allMatch(g -> g.parameters().isEmpty())) {
      throw new IllegalArgumentException(
          "optimizer: no parameters to train: everything is frozen; unfreeze a layer or add a head");
    }
    Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (ParamGroup group : groups) {
      for (Parameter p : group.parameters()) {
        if (!seen.add(p.tensor())) {
          throw new IllegalArgumentException(
              "optimizer: parameter \"" + p.name() + "\" is given twice; it must be in one group");
        }
      }
    }
    this.name = name;
    this.slots = List.copyOf(slots);
    this.groups = List.copyOf(groups);
  }

  static List<Parameter> trainable(List<Parameter> parameters) {
    return parameters.stream().filter(Parameter::isTrainable).toList();
  }

  /** The parameter groups, whose learning rates schedules change. */
  public List<ParamGroup> groups() {
    return groups;
  }

  /** Updates every parameter that has a gradient. */
  public void step() {
    for (ParamGroup group : groups) {
      for (Parameter p : group.parameters()) {
        Tensor param = p.tensor();
        Tensor grad = param.gradForUpdate();
        if (grad != null) {
          ParamState state = states.computeIfAbsent(param, t -> new ParamState(t, slots));
          state.to(param.backend());
          state.setStep(state.step() + 1);
          update(group, param, inOrder(grad, param.layout()).view(), state);
          param.view().buffer().changed();
        }
      }
    }
  }

  private static Tensor inOrder(Tensor grad, Layout layout) {
    return grad.layout().sameOrder(layout) ? grad : grad.copy(Layout.dense(grad.shape(), layout));
  }

  abstract void update(ParamGroup group, Tensor param, View grad, ParamState state);

  /** Forgets the gradients; see {@link Tensor#forgetGrad}. */
  public void zeroGrad() {
    groups.forEach(g -> g.parameters().forEach(p -> p.tensor().forgetGrad()));
  }

  // ---- checkpoints

  /**
   * A copy of all that the optimiser remembers: for each parameter its running values and its step
   * count, under {@code NAME.momentum_buffer}, {@code NAME.exp_avg}, {@code NAME.step}, …, and in
   * the metadata the kind of optimiser and the groups' learning rates. Training that goes on from
   * it, with the parameters' values of the same moment, takes the same steps to the bit.
   */
  public StateDict state() {
    return OptimizerState.save(name, slots, groups, states);
  }

  /**
   * Takes over what {@link #state} gave, of an optimiser of this kind for parameters of the same
   * names and shapes.
   *
   * @throws IllegalArgumentException if it does not fit; nothing is changed then
   */
  public void load(StateDict state) {
    Map<Tensor, ParamState> loaded = OptimizerState.load(name, slots, groups, state);
    states.clear();
    states.putAll(loaded);
  }
}
