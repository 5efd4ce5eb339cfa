package dev.graft.peers;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;

/** PyTorch's native library, through DJL. */
final class Libtorch {
  static final String NAME = "libtorch";

  private Libtorch() {}

  /** What owns arrays; close it to free them. */
  static NDManager manager() {
    return NDManager.newBaseManager(null, "PyTorch");
  }

  static void threads(int n) {
    if (JniUtils.getNumThreads() != n) {
      JniUtils.setNumThreads(n);
    }
  }
}
