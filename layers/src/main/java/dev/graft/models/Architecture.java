package dev.graft.models;

import dev.graft.nn.Layer;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which ResNet it is: its form, depth and number of classes (0: without a head). Names are
 * torchvision's ({@code resnet50}, {@code wide_resnet50_2}), and {@code cifar_resnet20} for the
 * CIFAR form.
 */
public record Architecture(Form form, int depth, int classes) {
  /** The forms of He et al. (2016) and their relatives, which differ in the 3×3 convolutions. */
  public enum Form {
    IMAGENET("resnet", "", 1, 64),
    CIFAR("cifar_resnet", "", 1, 64),
    /** 32 groups of 4 channels at the first stage (Xie et al., 2017). */
    RESNEXT_32X4D("resnext", "_32x4d", 32, 4),
    RESNEXT_32X8D("resnext", "_32x8d", 32, 8),
    /** Twice as wide (Zagoruyko and Komodakis, 2016). */
    WIDE("wide_resnet", "_2", 1, 128);

    private final String prefix;
    private final String suffix;
    private final int groups;
    private final int groupWidth;

    Form(String prefix, String suffix, int groups, int groupWidth) {
      this.prefix = prefix;
      this.suffix = suffix;
      this.groups = groups;
      this.groupWidth = groupWidth;
    }

    int groups() {
      return groups;
    }

    /** The channels of a bottleneck's 3×3 convolution where the plain form has {@code planes}. */
    int width(int planes) {
      return planes * groupWidth / 64 * groups;
    }
  }

  private static final Set<Integer> IMAGENET_DEPTHS = Set.of(18, 34, 50, 101, 152);
  private static final Set<Integer> WIDER_DEPTHS = Set.of(50, 101);
  private static final Pattern NAME = Pattern.compile("([a-z_]+)(\\d{1,4})(_\\w+)?");

  /** {@code resnet50}, {@code cifar_resnet20}, {@code resnext50_32x4d}. */
  public String name() {
    return form.prefix + depth + form.suffix;
  }

  /**
   * The architecture of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Architecture of(String name, int classes) {
    Matcher parts = NAME.matcher(name);
    if (parts.matches()) {
      int depth = Integer.parseInt(parts.group(2));
      for (Form form : Form.values()) {
        Architecture candidate = new Architecture(form, depth, classes);
        if (candidate.exists() && candidate.name().equals(name)) {
          return candidate;
        }
      }
    }
    throw new IllegalArgumentException(
        "architecture: unknown name \""
            + name
            + "\"; use resnet18 … 152, cifar_resnet20 … 110, resnext50_32x4d, wide_resnet50_2, …");
  }

  private boolean exists() {
    return switch (form) {
      case CIFAR -> depth >= 8 && (depth - 2) % 6 == 0;
      case IMAGENET -> IMAGENET_DEPTHS.contains(depth);
      default -> WIDER_DEPTHS.contains(depth);
    };
  }

  /**
   * A network of this architecture.
   *
   * @param rng where the weights come from; null leaves them zero, to be loaded
   */
  public <L extends Layer & Backbone> L build(Rng rng) {
    @SuppressWarnings("unchecked")
    L network =
        (L)
            (form == Form.CIFAR
                ? CifarResNet.of(depth, classes, rng)
                : ResNet.of(form, depth, classes, rng));
    return network;
  }

  /** Recognises a state dict by its names and shapes; empty where it is no ResNet known here. */
  public static Optional<Architecture> recognise(StateDict state) {
    int depth = convolutions(state) + 2;
    return Arrays.stream(Form.values())
        .map(form -> new Architecture(form, depth, classes(form, state)))
        .filter(candidate -> candidate.exists() && candidate.fits(state))
        .findFirst();
  }

  /** Compares the shapes in which forms of one depth differ. */
  private boolean fits(StateDict state) {
    boolean cifar = form == Form.CIFAR;
    Shape stem = cifar ? Shape.of(16, 3, 3, 3) : Shape.of(64, 3, 7, 7);
    Shape second =
        cifar
            ? Shape.of(16, 16, 3, 3)
            : Shape.of(form.width(64), form.width(64) / form.groups, 3, 3);
    return stem.equals(shape(state, "conv1.weight"))
        && second.equals(shape(state, "layer1.0.conv2.weight"))
        && state.contains("layer4.0.conv1.weight") != cifar;
  }

  private static Shape shape(StateDict state, String name) {
    Tensor tensor = state.get(name);
    return tensor == null ? null : tensor.shape();
  }

  private static int classes(Form form, StateDict state) {
    Tensor head = state.get(form == Form.CIFAR ? "linear.weight" : "fc.weight");
    return head == null || head.rank() != 2 ? 0 : head.dim(0);
  }

  /**
   * The convolutions in the blocks: what a ResNet's depth counts, with its first and last layer.
   */
  private static int convolutions(StateDict state) {
    return (int)
        state.names().stream()
            .filter(n -> n.matches("layer[1-4]\\.\\d+\\.conv[1-3]\\.weight"))
            .count();
  }
}
