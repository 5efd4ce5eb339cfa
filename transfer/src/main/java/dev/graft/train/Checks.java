package dev.graft.train;

import dev.graft.data.Batch;
import dev.graft.data.Dataset;
import dev.graft.nn.Layer;
import dev.graft.nn.Parameter;
import dev.graft.optim.Optimizer;
import dev.graft.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** What the loop refuses. */
final class Checks {
  private Checks() {}

  static void epochs(int epochs) {
    if (epochs < 1) {
      throw new IllegalArgumentException("trainer: epochs must be at least 1: " + epochs);
    }
  }

  static void trainable(Layer model, Optimizer optimizer) {
    Set<Tensor> own = Collections.newSetFromMap(new IdentityHashMap<>());
    model.parameters().forEach(p -> own.add(p.tensor()));
    List<Parameter> ours =
        optimizer.groups().stream()
            .flatMap(g -> g.parameters().stream())
            .filter(p -> own.contains(p.tensor()))
            .toList();
    if (ours.isEmpty()) {
      throw new IllegalArgumentException(
          "trainer: nothing to train: the optimizer has none of the network's parameters; make it"
              + " from model.parameters()");
    }
    if (ours.stream().noneMatch(Parameter::isTrainable)) {
      throw new IllegalArgumentException(
          "trainer: nothing to train: all of the optimizer's parameters are frozen; unfreeze a"
              + " layer");
    }
  }

  /** That the output is [n, classes], and every label one of its classes. */
  static void output(Tensor output, Batch batch, Dataset dataset) {
    if (output.rank() != 2 || output.dim(0) != batch.size()) {
      throw new IllegalArgumentException(
          "trainer: needs outputs [n, classes] for a batch of %d: the network gives %s"
              .formatted(batch.size(), output.shape()));
    }
    int outputs = output.dim(1);
    for (int i = 0; i < batch.size(); i++) {
      int label = batch.labels()[i];
      if (label >= outputs) {
        throw new IllegalArgumentException(
            "trainer: label %d of %s is out of range: the network has %d outputs (0 … %d)"
                .formatted(label, dataset.describe(batch.indices()[i]), outputs, outputs - 1));
      }
    }
  }

  static void loss(double value, int step, int epoch) {
    if (!Double.isFinite(value)) {
      throw new ArithmeticException(
          "trainer: the loss is %s at step %d (epoch %d); a lower learning rate, clipped gradients"
                  .formatted(value, step, epoch + 1)
              + " or normalised inputs may help");
    }
  }
}
