package dev.graft.optim;

import dev.graft.backend.View;
import dev.graft.nn.Parameter;
import dev.graft.tensor.Layout;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.List;

/** Updates parameters from their gradients. */
public abstract class Optimizer {
  private final List<ParamGroup> groups;

  Optimizer(List<ParamGroup> groups) {
    if (groups.stream().allMatch(g -> g.parameters().isEmpty())) {
      throw new IllegalArgumentException(
          "optimizer: no parameters to train: everything is frozen; unfreeze a layer or add a head");
    }
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
        Tensor grad = p.tensor().grad();
        if (grad != null) {
          update(group, p.tensor(), inOrder(grad, p.tensor().layout()).view());
        }
      }
    }
  }

  private static Tensor inOrder(Tensor grad, Layout layout) {
    return grad.layout().sameOrder(layout) ? grad : grad.copy(Layout.dense(grad.shape(), layout));
  }

  abstract void update(ParamGroup group, Tensor param, View grad);

  /** The running averages and counts, by the parameters' places in the groups; shared tensors. */
  public StateDict state() {
    StateDict state = new StateDict();
    List<Parameter> all = groups.stream().flatMap(g -> g.parameters().stream()).toList();
    for (int i = 0; i < all.size(); i++) {
      save(i + ".", all.get(i).tensor(), state);
    }
    return state;
  }

  /** Goes on from what {@link #state} gave. */
  public void load(StateDict state) {
    List<Parameter> all = groups.stream().flatMap(g -> g.parameters().stream()).toList();
    for (int i = 0; i < all.size(); i++) {
      load(i + ".", all.get(i).tensor(), state);
    }
  }

  abstract void save(String prefix, Tensor param, StateDict into);

  abstract void load(String prefix, Tensor param, StateDict from);

  /** Forgets the gradients. */
  public void zeroGrad() {
    groups.forEach(g -> g.parameters().forEach(p -> p.tensor().setGrad(null)));
  }

  /** A tensor of zeros in the parameter's memory order, for running averages. */
  static Tensor zerosLike(Tensor param) {
    Layout layout = Layout.dense(param.shape(), param.layout());
    return Tensor.of(new View(param.backend().allocateZeroed(layout.numel()), layout));
  }
}
