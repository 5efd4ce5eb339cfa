package dev.graft.models;

import java.util.List;

/**
 * The first layers of a ResNet.
 *
 * @param channels output channels of the convolutions: one of 7×7 and stride 2, or three of 3×3 of
 *     which the first has stride 2 ("deep": timm's c, d, e, s; "tiered": t)
 * @param small one 3×3 convolution of stride 1 and no pooling: for images of 32×32; otherwise a 3×3
 *     max pooling of stride 2 follows
 */
public record Stem(List<Integer> channels, boolean small) {
  static final Stem PLAIN = new Stem(List.of(64), false);
  static final Stem CIFAR = new Stem(List.of(16), true);

  /**
   * @throws IllegalArgumentException unless there are one or three convolutions, one if small, of
   *     at least one channel each
   */
  public Stem {
    channels = List.copyOf(channels);
    boolean known = channels.size() == 1 || channels.size() == 3 && !small;
    if (!known || channels.stream().anyMatch(c -> c < 1)) {
      throw new IllegalArgumentException(
          "stem: needs one or three convolutions, one in the small form: channels " + channels);
    }
  }

  /** The channels that the stages get. */
  int out() {
    return channels.getLast();
  }

  boolean deep() {
    return channels.size() == 3;
  }
}
