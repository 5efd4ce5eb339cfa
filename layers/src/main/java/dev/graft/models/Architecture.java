package dev.graft.models;

import dev.graft.nn.Layer;
import dev.graft.tensor.Rng;
import dev.graft.tensor.StateDict;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which ResNet it is, as data: {@code Architecture.of("resnet50", 1000).build(Rng.of(1))}. Names
 * are torchvision's and timm's ({@code resnet50}, {@code resnext50_32x4d}, {@code wide_resnet50_2},
 * {@code resnet50d}), and {@code cifar_resnet20} for the CIFAR form. Bottlenecks have their stride
 * on the 3×3 convolution ("v1.5") unless the name ends in {@code _stride1x1}.
 *
 * @param block what the stages are made of
 * @param blocks the number of blocks in each stage: [3, 4, 6, 3] for 50 layers
 * @param width the channels of the first stage's 3×3 convolutions before groups and {@code
 *     groupWidth} count: 64, for CIFAR 16; each stage has twice as many as the one before
 * @param groups the groups of a bottleneck's 3×3 convolution (Xie et al., 2017)
 * @param groupWidth the channels of a group where {@code width} is 64: 64 plainly, 4 or 8 in
 *     ResNeXts, 128 in wide ResNets (Zagoruyko and Komodakis, 2016)
 * @param stem the first layers
 * @param shortcut what a block's input passes where the shape changes
 * @param stride where bottlenecks have their stride
 * @param classes the head's outputs; 0: there is no head, the output is the features
 */
public record Architecture(
    Block block,
    List<Integer> blocks,
    int width,
    int groups,
    int groupWidth,
    Stem stem,
    Shortcut shortcut,
    StridePlacement stride,
    int classes) {

  /** The two blocks of He et al. (2016). */
  public enum Block {
    /** Two 3×3 convolutions. */
    BASIC(1),
    /** 1×1, 3×3 and 1×1 convolutions, the last with four times the channels. */
    BOTTLENECK(4);

    private final int expansion;

    Block(int expansion) {
      this.expansion = expansion;
    }

    int expansion() {
      return expansion;
    }
  }

  /** What a block's input passes where the shape changes. */
  public enum Shortcut {
    /** A 1×1 convolution with the block's stride (option B). */
    PROJECTION,
    /** 2×2 average pooling where there is a stride, then a 1×1 convolution (He et al., 2019). */
    AVERAGE,
    /** Every second pixel, and zero channels on both sides (option A): no parameters. */
    PADDING
  }

  /**
   * Where bottlenecks have their stride. Names and shapes are the same, so a mix-up is silent: it
   * costs about half a point of accuracy.
   */
  public enum StridePlacement {
    /** On the first 1×1 convolution: "v1", as in the paper and in Keras. */
    FIRST_1X1,
    /** On the 3×3 convolution: "v1.5", as in torchvision, timm and Hugging Face. */
    THE_3X3
  }

  private static final String V1 = "_stride1x1";

  /**
   * Basic blocks have one place for their stride, so it is {@code THE_3X3} whatever is given.
   *
   * @throws IllegalArgumentException if a number is not positive, the channels do not divide into
   *     groups, or basic blocks are to have groups
   */
  public Architecture {
    blocks = List.copyOf(blocks);
    if (blocks.isEmpty() || blocks.stream().anyMatch(b -> b < 1) || width < 1 || classes < 0) {
      throw new IllegalArgumentException(
          "architecture: needs blocks and a width of at least 1, and classes of at least 0: blocks "
              + "%s, width %d, classes %d".formatted(blocks, width, classes));
    }
    if (groups < 1 || groupWidth < 1 || (width * groupWidth) % 64 != 0) {
      throw new IllegalArgumentException(
          "architecture: the channels do not divide into groups: width %d, groups %d of %d"
              .formatted(width, groups, groupWidth));
    }
    if (block == Block.BASIC) {
      stride = StridePlacement.THE_3X3;
      if (groups != 1 || groupWidth != 64) {
        throw new IllegalArgumentException("architecture: basic blocks have no groups");
      }
    }
  }

  /** The table's name, or one made of what the network consists of where it has none there. */
  public String name() {
    String name =
        Variants.name(this)
            .orElseGet(() ->
                "resnet[%s] of %s blocks, width %d, %dx%d, stem %s, %s shortcuts"
                    .formatted(
                        join(blocks),
                        block.name().toLowerCase(Locale.ROOT),
                        width,
                        groups,
                        groupWidth,
                        join(stem.channels()),
                        shortcut.name().toLowerCase(Locale.ROOT)));
    return stride == StridePlacement.FIRST_1X1 ? name + V1 : name;
  }

  private static String join(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining("-"));
  }

  /**
   * The architecture of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those that there are
   */
  public static Architecture of(String name, int classes) {
    boolean first = name.endsWith(V1);
    String plain = first ? name.substring(0, name.length() - V1.length()) : name;
    Architecture found =
        Variants.find(plain)
            .filter(a -> !first || a.block == Block.BOTTLENECK)
            .orElseThrow(() -> new IllegalArgumentException(Variants.unknown(name)));
    return (first ? found.withStride(StridePlacement.FIRST_1X1) : found).withClasses(classes);
  }

  /** The names in the table; the CIFAR form has more, {@code cifar_resnet} with 6n+2 layers. */
  public static List<String> names() {
    return Variants.names();
  }

  /** The same with another number of outputs; 0: without a head. */
  public Architecture withClasses(int count) {
    return new Architecture(
        block, blocks, width, groups, groupWidth, stem, shortcut, stride, count);
  }

  /** The same with the stride elsewhere; basic blocks stay as they are. */
  public Architecture withStride(StridePlacement placement) {
    return new Architecture(
        block, blocks, width, groups, groupWidth, stem, shortcut, placement, classes);
  }

  /** The layers that depth counts: convolutions on the long path, and the head. */
  public int depth() {
    int each = block == Block.BASIC ? 2 : 3;
    return 2 + each * blocks.stream().mapToInt(Integer::intValue).sum();
  }

  /** The features that the head sees. */
  public int numFeatures() {
    return planes(blocks.size() - 1) * block.expansion();
  }

  /** True for the form for small images, with a 3×3 stem. */
  public boolean isCifar() {
    return stem.small();
  }

  /** The head's name in the state dict: {@code fc}, in the CIFAR form {@code linear}. */
  public String headName() {
    return stem.small() ? "linear" : "fc";
  }

  /** The plain channels of a stage, 0 first. */
  int planes(int stage) {
    return width << stage;
  }

  /** The channels of the 3×3 convolution in a stage. */
  int innerWidth(int stage) {
    return planes(stage) * groupWidth / 64 * groups;
  }

  /**
   * The network.
   *
   * @param rng where the weights come from; null leaves them zero, to be loaded
   */
  public <L extends Layer & Backbone> L build(Rng rng) {
    @SuppressWarnings("unchecked")
    L network = (L) ResNet.of(this, rng);
    return network;
  }

  /**
   * Recognises a state dict under torchvision's names by names and shapes; empty where it is no
   * ResNet that can be built here. {@link Recognition} also says what names and shapes cannot tell.
   */
  public static Optional<Architecture> recognise(StateDict state) {
    return Recognition.of(state).architecture();
  }

  /** {@code resnet50, 1000 classes}. */
  @Override
  public String toString() {
    return name() + (classes == 0 ? ", no head" : ", " + classes + " classes");
  }
}
