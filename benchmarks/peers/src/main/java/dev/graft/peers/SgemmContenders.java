package dev.graft.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.backend.View;
import dev.graft.backend.cpu.Parallel;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.weights.onnx.OnnxModel;
import java.util.List;
import java.util.Map;
import org.ejml.concurrency.EjmlConcurrency;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.ejml.dense.row.CommonOps_MT_FDRM;

/** Who multiplies matrices; both operands are only known when the product is asked for. */
final class SgemmContenders {
  private SgemmContenders() {}

  static final class Graft extends Contender.Local {
    private final Backend backend = Backends.cpu();
    private final View a;
    private final View b;
    private final View out;

    Graft(Product p) {
      super("graft");
      a = view(p.a(), 1, p.m(), p.k());
      b = view(p.b(), 1, p.k(), p.n());
      out = backend.allocate(Layout.rowMajor(Shape.of(1, p.m(), p.n()))); // as a tensor's result
    }

    private View view(float[] values, int... dims) {
      return new View(backend.wrap(values), Layout.rowMajor(Shape.of(dims)));
    }

    @Override
    public void threads(int n) {
      Parallel.setThreads(n);
    }

    @Override
    void run() {
      backend.matmul().matmul(a, b, null, out);
    }

    @Override
    public float[] answer() {
      run();
      float[] values = new float[out.numel()];
      out.buffer().read(out.offset(), values, 0, values.length);
      return values;
    }
  }

  static final class Torch extends Contender.Local {
    private final NDManager manager = Libtorch.manager();
    private final NDArray a;
    private final NDArray b;

    Torch(Product p) {
      super(Libtorch.NAME);
      a = manager.create(p.a(), new ai.djl.ndarray.types.Shape(p.m(), p.k()));
      b = manager.create(p.b(), new ai.djl.ndarray.types.Shape(p.k(), p.n()));
    }

    @Override
    public void threads(int n) {
      Libtorch.threads(n);
    }

    @Override
    void run() {
      a.matMul(b).close();
    }

    @Override
    public float[] answer() {
      try (NDArray product = a.matMul(b)) {
        return product.toFloatArray();
      }
    }

    @Override
    public void close() {
      manager.close();
    }
  }

  static Contender onnxRuntime(Product p) {
    byte[] model =
        new OnnxModel("product")
            .input("a", p.m(), p.k())
            .input("b", p.k(), p.n())
            .node("MatMul", "product", List.of("a", "b"), "y", Map.of())
            .output("y", p.m(), p.n())
            .toBytes();
    Map<String, Shape> shapes =
        Map.of(
            "a", Shape.of(p.m(), p.k()), "b", Shape.of(p.k(), p.n()), "y", Shape.of(p.m(), p.n()));
    return new OnnxRuntime(model, Map.of("a", p.a(), "b", p.b()), shapes, "y");
  }

  static final class Ejml extends Contender.Local {
    static final String NAME = "ejml";

    private final FMatrixRMaj a;
    private final FMatrixRMaj b;
    private final FMatrixRMaj out;
    private boolean alone;

    Ejml(Product p) {
      super(NAME);
      a = FMatrixRMaj.wrap(p.m(), p.k(), p.a());
      b = FMatrixRMaj.wrap(p.k(), p.n(), p.b());
      out = new FMatrixRMaj(p.m(), p.n());
    }

    @Override
    public void threads(int n) {
      alone = n == 1;
      if (!alone) {
        EjmlConcurrency.setMaxThreads(n);
      }
    }

    @Override
    void run() {
      if (alone) {
        CommonOps_FDRM.mult(a, b, out);
      } else {
        CommonOps_MT_FDRM.mult(a, b, out);
      }
    }

    @Override
    public float[] answer() {
      run();
      return out.data.clone();
    }
  }
}
