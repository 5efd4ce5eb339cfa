package dev.graft.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;

/** A network by PyTorch's operations. */
interface TorchNet {
  /** The output; it and all on the way belong to the images' manager. */
  NDArray forward(NDArray images, boolean training);

  /** All that is trained, by name. */
  Map<String, NDArray> parameters();

  static TorchNet of(NDManager manager, TrainWork work, float dropout) {
    var state = work.network(0).stateDict();
    return work.isArticle()
        ? new TorchArticle(manager, state, dropout)
        : new TorchResNet(manager, state);
  }
}
