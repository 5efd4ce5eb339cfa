package dev.graft.plan;

import dev.graft.backend.BoundKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Shape;

/**
 * One step of a plan.
 *
 * @param name the operation with what is fused into it: {@code conv2d + residual + relu}
 * @param path the layer that applied it; empty where none did
 * @param shape its result's shape
 * @param algorithm how it is computed
 * @param multiplyAdds in its products or convolution
 * @param bytes what it reads and writes, packed weights included
 */
record Step(
    String name,
    String path,
    Shape shape,
    String algorithm,
    long multiplyAdds,
    long bytes,
    Binder binder) {
  /**
   * Makes the run of a step in a given arena. Holds what the run needs and nothing of the graph,
   * which holds the network's weights.
   */
  @FunctionalInterface
  interface Binder {
    Runnable bind(View arena, BoundKernels kernels);
  }
}
