package dev.graft.transfer;

import dev.graft.models.Backbone;
import dev.graft.nn.Identity;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.nn.Parameter;
import dev.graft.optim.ParamGroup;
import dev.graft.plan.PlannedForward;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A trunk and a new head: images [n, c, h, w] to logits [n, classes]. While the trunk is frozen it
 * runs in eval mode and nothing below the head is recorded.
 */
public final class TransferModel extends Layer {
  private final Backbone trunk;
  private final Linear head;
  private final PlannedForward plannedFeatures;

  /** Takes the trunk's own head off and puts {@code head} on; the trunk is frozen. */
  public TransferModel(Backbone trunk, Linear head) {
    if (head.inFeatures() != trunk.numFeatures()) {
      throw new IllegalArgumentException(
          String.format(
              "transfer: the head expects %d features, the trunk gives %d",
              head.inFeatures(), trunk.numFeatures()));
    }
    this.trunk = trunk;
    this.head = child("head", head);
    trunk.replaceHead(new Identity());
    child("trunk", trunk.network());
    freezeTrunk();
    plannedFeatures = new PlannedForward(trunk::features);
  }

  public Backbone trunk() {
    return trunk;
  }

  public Linear head() {
    return head;
  }

  /** No gradients and eval mode for all of the trunk. */
  public void freezeTrunk() {
    trunk.network().freeze();
  }

  /**
   * Unfreezes the trunk's stages from number {@code stage} (0: the first) to the last.
   *
   * @throws IllegalArgumentException if there is no such stage
   */
  public void unfreezeFrom(int stage) {
    List<Layer> stages = trunk.stages();
    if (stage < 0 || stage >= stages.size()) {
      throw new IllegalArgumentException(
          "transfer: no stage " + stage + ": the trunk has " + stages.size() + " (0 first)");
    }
    freezeTrunk();
    stages.subList(stage, stages.size()).forEach(Layer::unfreeze);
  }

  /**
   * The features [n, numFeatures] of images: recorded only where a part of the trunk trains. A
   * trunk that is frozen as a whole runs by an inference plan, which follows its weights.
   */
  public Tensor features(Tensor images) {
    return trunk.network().numTrainable() == 0
        ? plannedFeatures.apply(images)
        : trunk.features(images);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return head.apply(features(x));
  }

  /**
   * Parameter groups with lower learning rates the deeper they lie: {@code headLr} for the head,
   * and {@code decay} times less for each unfrozen stage before it.
   */
  public List<ParamGroup> groups(double headLr, double decay, float weightDecay) {
    List<ParamGroup> groups = new ArrayList<>();
    groups.add(new ParamGroup(head.parameters(), headLr, weightDecay));
    List<Layer> stages = trunk.stages();
    double lr = headLr * decay;
    for (int i = stages.size() - 1; i >= 0; i--) {
      List<Parameter> trainable =
          stages.get(i).parameters().stream().filter(Parameter::isTrainable).toList();
      if (!trainable.isEmpty()) {
        groups.add(new ParamGroup(trainable, lr, weightDecay));
        lr *= decay;
      }
    }
    return groups;
  }

  /** Trunk and head under the network's own names, as if it had been trained with this head. */
  public StateDict networkState() {
    StateDict state = trunk.network().stateDict();
    state.put(trunk.headName() + ".weight", head.weight());
    if (head.bias() != null) {
      state.put(trunk.headName() + ".bias", head.bias());
    }
    return state;
  }
}
