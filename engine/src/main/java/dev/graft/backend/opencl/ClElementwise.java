package dev.graft.backend.opencl;

import dev.graft.backend.BinaryKind;
import dev.graft.backend.ElementwiseKernels;
import dev.graft.backend.UnaryKind;
import dev.graft.backend.View;

/** The kernels of {@code elementwise.cl}. */
final class ClElementwise implements ElementwiseKernels {
  private static final String FILE = "elementwise.cl";
  private static final String SELECT = "select.cl";

  private final ClBackend backend;

  ClElementwise(ClBackend backend) {
    this.backend = backend;
  }

  /** A kernel of the program of one kind. */
  static ClLaunch launch(ClBackend backend, String kernel, Enum<?> kind, String use) {
    return backend.program(FILE, "", use).launch(kernel + kind.name());
  }

  @Override
  public void unary(UnaryKind kind, float p, float q, View x, View out) {
    launch(backend, "unary_", kind, ClExpressions.use(kind))
        .of(x.numel())
        .of(p)
        .of(q)
        .view(x)
        .view(out)
        .run(x.numel());
  }

  @Override
  public void unaryGrad(UnaryKind kind, float p, float q, View x, View y, View gradY, View gradX) {
    launch(backend, "unary_grad_", kind, ClExpressions.use(kind))
        .of(x.numel())
        .of(p)
        .of(q)
        .view(x)
        .view(y)
        .view(gradY)
        .view(gradX)
        .run(x.numel());
  }

  @Override
  public void binary(BinaryKind kind, View a, View b, View out) {
    for (ClNest nest : ClNest.inMemoryOrder(out.layout(), a.layout(), b.layout()).parts()) {
      ClLaunch launch = nest.begin(launch(backend, "binary_", kind, ClExpressions.use(kind)));
      nest.operand(launch, out, 0);
      nest.operand(launch, a, 1);
      nest.operand(launch, b, 2);
      launch.run(nest.count());
    }
  }

  @Override
  public void binaryGrad(BinaryKind kind, View a, View b, View gradOut, View gradA, View gradB) {
    if (gradA != null) {
      binaryGrad(kind, a, b, gradOut, gradA, 0);
    }
    if (gradB != null) {
      binaryGrad(kind, a, b, gradOut, gradB, 1);
    }
  }

  private void binaryGrad(BinaryKind kind, View a, View b, View gradOut, View grad, int wanted) {
    for (ClNest nest :
        ClNest.inMemoryOrder(grad.layout(), a.layout(), b.layout(), gradOut.layout()).parts()) {
      ClLaunch launch = nest.begin(launch(backend, "binary_grad_", kind, ClExpressions.use(kind)));
      nest.operand(launch, grad, 0);
      nest.operand(launch, a, 1);
      nest.operand(launch, b, 2);
      nest.operand(launch, gradOut, 3);
      launch.of(wanted).run(nest.count());
    }
  }

  @Override
  public void select(View condition, View a, View b, View out) {
    for (ClNest nest :
        ClNest.inMemoryOrder(out.layout(), a.layout(), b.layout(), condition.layout()).parts()) {
      ClLaunch launch = nest.begin(backend.launch(SELECT, "choose"));
      nest.operand(launch, out, 0);
      nest.operand(launch, a, 1);
      nest.operand(launch, b, 2);
      nest.operand(launch, condition, 3);
      launch.run(nest.count());
    }
  }

  @Override
  public void dropoutMask(long seed, float p, View out) {
    backend
        .launch(SELECT, "dropout_mask")
        .of(out.numel())
        .of(seed)
        .of(p)
        .of(1 / (1 - p))
        .view(out)
        .run(out.numel());
  }
}
