package dev.graft.demo;

import dev.graft.tensor.Rng;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws of a few examples a class from a labelled pool. The examples of one draw are nested: those
 * of one shot are among those of five, so that curves over the number of shots compare like with
 * like.
 */
final class FewShotDraws {
  private final int[] labels;
  private final int classes;
  private final long seed;

  FewShotDraws(int[] labels, int classes, long seed) {
    this.labels = labels.clone();
    this.classes = classes;
    this.seed = seed;
  }

  /**
   * The positions in the pool of one draw, class by class.
   *
   * @param draw which draw; equal numbers give equal positions
   * @param shots examples a class
   * @throws IllegalArgumentException if a class has fewer examples
   */
  int[] positions(int draw, int shots) {
    Rng rng = Rng.of(seed).split("draw " + draw);
    int[] chosen = new int[classes * shots];
    for (int label = 0; label < classes; label++) {
      List<Integer> members = members(label);
      if (members.size() < shots) {
        throw new IllegalArgumentException(
            "draws: class %d has %d examples, %d wanted".formatted(label, members.size(), shots));
      }
      int[] order = rng.permutation(members.size());
      for (int s = 0; s < shots; s++) {
        chosen[label * shots + s] = members.get(order[s]);
      }
    }
    return chosen;
  }

  private List<Integer> members(int label) {
    List<Integer> members = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] == label) {
        members.add(i);
      }
    }
    return members;
  }
}
