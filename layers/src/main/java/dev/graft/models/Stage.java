package dev.graft.models;

import dev.graft.models.Architecture.Block;
import dev.graft.models.Architecture.StridePlacement;
import dev.graft.nn.AvgPool2d;
import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Identity;
import dev.graft.nn.Layer;
import dev.graft.nn.ReLU;
import dev.graft.nn.Sequential;
import dev.graft.op.PoolParams;
import dev.graft.tensor.Rng;

/** Makes the parts of a ResNet as its architecture says. */
final class Stage {
  /** Windows that hang over an odd edge average the pixels that there are. */
  private static final PoolParams SHORTCUT_POOL =
      PoolParams.of(2).withCeilMode(true).withCountIncludePad(false);

  private Stage() {}

  /** The stem's convolutions, all but the last batch norm: {@code conv1}. */
  static Layer stem(Stem stem, Rng rng) {
    if (!stem.deep()) {
      int kernel = stem.small() ? 3 : 7;
      return Convolutions.conv(3, stem.out(), kernel, stem.small() ? 1 : 2, rng);
    }
    int first = stem.channels().get(0);
    int second = stem.channels().get(1);
    return new Sequential(
        Convolutions.conv(3, first, 3, 2, rng),
        new BatchNorm2d(first),
        new ReLU(),
        Convolutions.conv(first, second, 3, 1, rng),
        new BatchNorm2d(second),
        new ReLU(),
        Convolutions.conv(second, stem.out(), 3, 1, rng));
  }

  /**
   * The blocks of a stage.
   *
   * @param stage 0 first
   * @param in the channels that it gets
   */
  static Sequential of(Architecture architecture, int stage, int in, Rng rng) {
    int out = architecture.planes(stage) * architecture.block().expansion();
    Layer[] blocks = new Layer[architecture.blocks().get(stage)];
    int channels = in;
    for (int b = 0; b < blocks.length; b++) {
      int stride = b == 0 && stage > 0 ? 2 : 1;
      Layer shortcut =
          stride == 1 && channels == out
              ? null
              : shortcut(architecture, channels, out, stride, rng);
      blocks[b] = block(architecture, stage, channels, out, stride, shortcut, rng);
      channels = out;
    }
    return new Sequential(blocks);
  }

  private static Layer block(
      Architecture architecture, int stage, int in, int out, int stride, Layer shortcut, Rng rng) {
    if (architecture.block() == Block.BASIC) {
      return new BasicBlock(in, out, stride, shortcut, rng);
    }
    boolean first = architecture.stride() == StridePlacement.FIRST_1X1;
    int[] strides = {first ? stride : 1, first ? 1 : stride};
    int width = architecture.innerWidth(stage);
    return new Bottleneck(in, out, width, strides, architecture.groups(), shortcut, rng);
  }

  private static Layer shortcut(Architecture architecture, int in, int out, int stride, Rng rng) {
    return switch (architecture.shortcut()) {
      case PROJECTION ->
          new Sequential(Convolutions.conv(in, out, 1, stride, rng), new BatchNorm2d(out));
      case AVERAGE ->
          new Sequential(
              stride == 1 ? new Identity() : new AvgPool2d(SHORTCUT_POOL),
              Convolutions.conv(in, out, 1, 1, rng),
              new BatchNorm2d(out));
      case PADDING -> new ShortcutA((out - in) / 2);
    };
  }
}
