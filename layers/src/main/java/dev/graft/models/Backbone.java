package dev.graft.models;

import dev.graft.nn.Layer;
import dev.graft.tensor.Tensor;
import java.util.List;

/** A network without its head: what transfer learning keeps. */
public interface Backbone {
  /** The features [n, numFeatures()] of images [n, c, h, w]: what the head sees. */
  Tensor features(Tensor x);

  int numFeatures();

  /** The parts from input to output, stem first, that may be unfrozen one by one from the end. */
  List<Layer> stages();

  /** The network itself, for its state dict, modes and freezing. */
  Layer network();

  /** Puts another layer where the head was, which is returned. */
  Layer replaceHead(Layer head);

  /** The name of the head's layer in the state dict: {@code fc}, {@code linear}. */
  String headName();
}
