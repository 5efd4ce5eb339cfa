package dev.graft.backend.reference;

import dev.graft.backend.MatmulKernels;
import dev.graft.backend.View;

final class ReferenceMatmul implements MatmulKernels {
  @Override
  public void matmul(View a, View y, View bias, View out) {
    for (int b = 0; b < out.dim(0); b++) {
      for (int i = 0; i < out.dim(1); i++) {
        for (int j = 0; j < out.dim(2); j++) {
          double sum = bias == null ? 0 : bias.array()[bias.offset() + j];
          int ia = a.offset() + b * a.stride(0) + i * a.stride(1);
          int iy = y.offset() + b * y.stride(0) + j * y.stride(2);
          for (int k = 0; k < a.dim(2); k++) {
            sum += (double) a.array()[ia + k * a.stride(2)] * y.array()[iy + k * y.stride(1)];
          }
          out.array()[out.offset() + b * out.stride(0) + i * out.stride(1) + j * out.stride(2)] =
              (float) sum;
        }
      }
    }
  }
}
