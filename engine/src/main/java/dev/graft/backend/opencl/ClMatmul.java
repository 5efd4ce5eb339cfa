package dev.graft.backend.opencl;

import dev.graft.backend.MatmulKernels;
import dev.graft.backend.View;

/** Matrix products by {@code gemm.cl}. */
final class ClMatmul implements MatmulKernels {
  private final ClBackend backend;

  ClMatmul(ClBackend backend) {
    this.backend = backend;
  }

  @Override
  public void matmul(View a, View y, View bias, View out) {
    new ClProduct(backend, out.dim(1), out.dim(2), a.dim(2))
        .batch(out.dim(0))
        .a((ClBuffer) a.buffer(), a.offset(), a.stride(1), a.stride(2), a.stride(0))
        .b((ClBuffer) y.buffer(), y.offset(), y.stride(1), y.stride(2), y.stride(0))
        .bias(bias, 0)
        .out(out, out.dim(2), out.dim(1) * out.dim(2))
        .run();
  }
}
