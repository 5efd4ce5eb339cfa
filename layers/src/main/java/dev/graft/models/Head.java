package dev.graft.models;

import dev.graft.tensor.Rng;

/**
 * What becomes of the head in a weight file. A head of another size is the normal case in transfer
 * learning: {@code net.load(weights, Head.reinitialise(10, Rng.of(1)))}.
 */
public sealed interface Head {
  /** The file's head is loaded with the rest. */
  record Keep() implements Head {}

  /** The file's head is left out, and the network has none: its output is the features. */
  record Drop() implements Head {}

  /**
   * The file's head is left out, and the network gets a new one.
   *
   * @param classes its outputs, at least 1
   * @param rng where its weights come from
   */
  record Reinitialise(int classes, Rng rng) implements Head {
    /**
     * @throws IllegalArgumentException if there are no classes
     */
    public Reinitialise {
      if (classes < 1) {
        throw new IllegalArgumentException("head: needs at least one class: got " + classes);
      }
    }
  }

  static Head keep() {
    return new Keep();
  }

  static Head drop() {
    return new Drop();
  }

  static Head reinitialise(int classes, Rng rng) {
    return new Reinitialise(classes, rng);
  }

  /** The network of an architecture that was recognised, with the head that this makes of it. */
  default Architecture on(Architecture found) {
    return switch (this) {
      case Keep _ -> found;
      case Drop _ -> found.withClasses(0);
      case Reinitialise fresh -> found.withClasses(fresh.classes());
    };
  }
}
