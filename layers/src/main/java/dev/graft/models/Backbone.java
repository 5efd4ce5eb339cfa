package dev.graft.models;

import dev.graft.nn.Identity;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.nn.LoadReport;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.function.Predicate;

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

  /**
   * Loads what fits of a state dict and does with its head as told; reports all that did not fit.
   * Call {@code orThrow()} on the report unless a partial load is meant.
   */
  default LoadReport load(StateDict state, Head head) {
    replaceHead(head);
    return LoadReport.load(network().stateDict(), state, ofHead(head));
  }

  /** As {@link #load}, taking over the memory of {@code state}, see {@link Layer#adopt}. */
  default LoadReport adopt(StateDict state, Head head) {
    replaceHead(head);
    return LoadReport.adopt(network().stateDict(), state, ofHead(head));
  }

  private void replaceHead(Head head) {
    switch (head) {
      case Head.Keep _ -> {}
      case Head.Drop _ -> replaceHead(new Identity());
      case Head.Reinitialise fresh ->
          replaceHead(new Linear(numFeatures(), fresh.classes(), fresh.rng()));
    }
  }

  /** What {@link #load} would report; changes nothing. */
  default LoadReport compare(StateDict state, Head head) {
    return LoadReport.compare(network().stateDict(), state, ofHead(head));
  }

  private Predicate<String> ofHead(Head head) {
    String start = headName() + ".";
    return head instanceof Head.Keep ? name -> false : name -> name.startsWith(start);
  }
}
