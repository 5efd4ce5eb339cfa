package dev.graft.models;

import dev.graft.nn.Layer;
import dev.graft.tensor.Tensor;

/**
 * The shortcut without parameters (He et al., 2016, option A): every second pixel, and zero
 * channels on both sides.
 */
final class ShortcutA extends Layer {
  private final int zeros;

  /**
   * @param zeros zero channels on either side
   */
  ShortcutA(int zeros) {
    this.zeros = zeros;
  }

  @Override
  protected Tensor forward(Tensor x) {
    Tensor half = x.slice(2, 0, x.dim(2), 2).slice(3, 0, x.dim(3), 2);
    // pad works on the last two dimensions: bring the channels there. [n, h, w, c]
    Tensor channelsLast = half.permute(0, 2, 3, 1);
    return channelsLast.pad(zeros, zeros, 0, 0).permute(0, 3, 1, 2);
  }

  @Override
  protected String describe() {
    return zeros + " zero channels on either side";
  }
}
