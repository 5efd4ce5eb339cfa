package dev.graft.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.graft.backend.cpu.Parallel;
import dev.graft.nn.Layer;
import dev.graft.plan.InferencePlan;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import dev.graft.weights.onnx.OnnxExport;
import java.util.Map;

/** Who runs a network in eval mode. */
final class InferContenders {
  private InferContenders() {}

  /** A plan, as whoever cares for speed would run it. */
  static final class Graft extends Contender.Local {
    private final InferencePlan plan;
    private final Tensor images;
    private final float[] out;

    Graft(Work work) {
      super("graft");
      plan = InferencePlan.of(work.network()::apply, work.shape());
      images = Tensor.of(work.images(), work.shape().toArray());
      out = new float[plan.outputShape().numel()];
    }

    @Override
    public void threads(int n) {
      Parallel.setThreads(n);
    }

    @Override
    void run() {
      plan.run(images, out);
    }

    @Override
    public float[] answer() {
      run();
      return out.clone();
    }
  }

  /** The network itself, without a plan. */
  static final class Eager extends Contender.Local {
    private final Layer network;
    private final Tensor images;

    Eager(Work work) {
      super("graft-eager");
      network = work.network();
      images = Tensor.of(work.images(), work.shape().toArray());
    }

    @Override
    public void threads(int n) {
      Parallel.setThreads(n);
    }

    @Override
    void run() {
      Autograd.noGrad(() -> network.apply(images));
    }

    @Override
    public float[] answer() {
      return Autograd.noGrad(() -> network.apply(images)).toArray();
    }
  }

  static Contender onnxRuntime(Work work) {
    Layer network = work.network();
    byte[] model = OnnxExport.of(network::apply, work.shape()).model().toBytes();
    Shape logits = Shape.of(work.batch(), work.isCifar() ? 10 : 1000);
    return new OnnxRuntime(
        model,
        Map.of("input", work.images()),
        Map.of("input", work.shape(), "output", logits),
        "output");
  }

  static final class Torch extends Contender.Local {
    private final NDManager manager = Libtorch.manager();
    private final TorchResNet network;
    private final NDArray images;

    Torch(Work work) {
      super(Libtorch.NAME);
      network = new TorchResNet(manager, work.weights());
      images = Libtorch.array(manager, work.images(), work.shape());
    }

    @Override
    public void threads(int n) {
      Libtorch.threads(n);
    }

    @Override
    void run() {
      try (NDManager call = manager.newSubManager()) {
        images.tempAttach(call);
        network.forward(images, false);
      }
    }

    @Override
    public float[] answer() {
      try (NDManager call = manager.newSubManager()) {
        images.tempAttach(call);
        return network.forward(images, false).toFloatArray();
      }
    }

    @Override
    public void close() {
      manager.close();
    }
  }
}
