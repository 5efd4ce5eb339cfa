package dev.graft.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.graft.tensor.Shape;
import java.util.Arrays;

/** PyTorch's native library, through DJL. */
final class Libtorch {
  static final String NAME = "libtorch";

  private Libtorch() {}

  /** What owns arrays; close it to free them. */
  static NDManager manager() {
    return NDManager.newBaseManager(null, "PyTorch");
  }

  static NDArray array(NDManager manager, float[] values, Shape shape) {
    long[] dims = Arrays.stream(shape.toArray()).asLongStream().toArray();
    return manager.create(values, new ai.djl.ndarray.types.Shape(dims));
  }

  static void threads(int n) {
    if (JniUtils.getNumThreads() != n) {
      JniUtils.setNumThreads(n);
    }
  }
}
