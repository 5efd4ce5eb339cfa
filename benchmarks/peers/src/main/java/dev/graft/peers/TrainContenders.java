package dev.graft.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.graft.backend.cpu.Parallel;
import dev.graft.nn.Layer;
import dev.graft.nn.Loss;
import dev.graft.optim.SGD;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Tensor;
import java.util.Map;
import java.util.function.Supplier;

/** Who trains a network: a step is zeroed gradients, forward, backward, and SGD with momentum. */
final class TrainContenders {
  static final float DROPOUT = 0.5f;

  private TrainContenders() {}

  /** One network that is trained. */
  private interface Steps extends AutoCloseable {
    /** One step; the loss before it. */
    float step();

    @Override
    default void close() {}
  }

  /** A contender that trains on and on, and answers with the losses of two first steps. */
  private abstract static class Trainer extends Contender.Local {
    private final TrainWork work;
    private final Steps steps;

    Trainer(String name, TrainWork work) {
      super(name);
      this.work = work;
      steps = start(work, DROPOUT);
    }

    abstract Steps start(TrainWork on, float dropout);

    @Override
    void run() {
      steps.step();
    }

    @Override
    public float[] answer() {
      try (Steps fresh = start(work, 0)) {
        return new float[] {fresh.step(), fresh.step()};
      }
    }

    @Override
    public void close() {
      steps.close();
    }
  }

  static final class Graft extends Trainer {
    Graft(TrainWork work) {
      super("graft", work);
    }

    @Override
    Steps start(TrainWork on, float dropout) {
      Layer network = on.network(dropout);
      Tensor images = Tensor.of(on.images(), on.shape().toArray());
      int[] labels = on.labels();
      Loss loss = on.loss();
      SGD sgd =
          new SGD(network.parameters(), on.learningRate(), on.momentum(), on.weightDecay(), false);
      Supplier<Float> step =
          () -> {
            sgd.zeroGrad();
            Tensor value = loss.apply(network.apply(images), labels);
            value.backward();
            sgd.step();
            return value.item();
          };
      return () -> Autograd.step(step); // as the trainer does
    }

    @Override
    public void threads(int n) {
      Parallel.setThreads(n);
    }
  }

  static final class Torch extends Trainer {
    Torch(TrainWork work) {
      super(Libtorch.NAME, work);
    }

    @Override
    Steps start(TrainWork on, float dropout) {
      return new TorchSteps(on, dropout);
    }

    @Override
    public void threads(int n) {
      Libtorch.threads(n);
    }
  }

  private static final class TorchSteps implements Steps {
    private final NDManager manager = Libtorch.manager();
    private final TorchNet network;
    private final NDArray images;
    private final NDArray labels;
    private final SoftmaxCrossEntropyLoss loss;
    private final Optimizer sgd;

    TorchSteps(TrainWork work, float dropout) {
      network = TorchNet.of(manager, work, dropout);
      network.parameters().values().forEach(p -> p.setRequiresGradient(true));
      images = Libtorch.array(manager, work.images(), work.shape());
      labels = manager.create(work.labels()).toType(DataType.INT64, false);
      loss = new SoftmaxCrossEntropyLoss("loss", 1, -1, true, !work.isArticle());
      sgd =
          Optimizer.sgd()
              .setLearningRateTracker(Tracker.fixed(work.learningRate()))
              .optMomentum(work.momentum())
              .optWeightDecays(work.weightDecay())
              .build();
    }

    @Override
    public float step() {
      try (NDManager call = manager.newSubManager()) {
        images.tempAttach(call);
        labels.tempAttach(call);
        NDArray value;
        try (GradientCollector tape = Engine.getEngine("PyTorch").newGradientCollector()) {
          NDArray output = network.forward(images, true);
          value = loss.evaluate(new NDList(labels), new NDList(output));
          tape.backward(value);
        }
        for (Map.Entry<String, NDArray> p : network.parameters().entrySet()) {
          try (NDArray gradient = p.getValue().getGradient()) {
            sgd.update(p.getKey(), p.getValue(), gradient);
          }
        }
        return value.getFloat();
      }
    }

    @Override
    public void close() {
      manager.close();
    }
  }
}
