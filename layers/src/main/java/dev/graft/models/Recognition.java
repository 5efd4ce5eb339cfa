package dev.graft.models;

import dev.graft.models.Architecture.Block;
import dev.graft.models.Architecture.Shortcut;
import dev.graft.models.Architecture.StridePlacement;
import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the names and shapes of a state dict under torchvision's names tell of its network, and what
 * they do not.
 *
 * @param architecture the network; empty where it is none that can be built here
 * @param assumed what was taken for granted, since names and shapes are the same either way
 * @param reason why it is not recognised; empty where it is
 */
public record Recognition(
    Optional<Architecture> architecture, List<String> assumed, String reason) {
  static final String STRIDE =
      "the stride is taken to be on the 3x3 convolutions (v1.5, as in torchvision); names and shapes"
          + " are the same with it on the first 1x1 (v1, as in the paper and in Keras)";
  static final String SMALL_STEM =
      "the 3x3 stem is taken to have stride 1 and no pooling, as for images of 32x32";
  static final String PADDING =
      "shortcuts without parameters are taken to add zero channels on both sides";

  private static final Pattern IN_STAGE =
      Pattern.compile("layer\\d\\.\\d+\\.((conv|bn)[1-3]|downsample\\.\\d)\\.\\w+");

  /** Looks at a state dict. */
  public static Recognition of(StateDict state) {
    try {
      Architecture found = new Reader(state).architecture();
      List<String> assumed = new ArrayList<>();
      if (found.block() == Block.BOTTLENECK) {
        assumed.add(STRIDE);
      }
      if (found.stem().small()) {
        assumed.add(SMALL_STEM);
      }
      if (found.shortcut() == Shortcut.PADDING) {
        assumed.add(PADDING);
      }
      return new Recognition(Optional.of(found), List.copyOf(assumed), "");
    } catch (Unknown e) {
      return new Recognition(Optional.empty(), List.of(), e.getMessage());
    }
  }

  private static final class Unknown extends Exception {
    private static final long serialVersionUID = 1L;

    Unknown(String reason) {
      super(reason);
    }
  }

  /** Derives an architecture from shapes and checks the others against it. */
  private record Reader(StateDict state) {
    Architecture architecture() throws Unknown {
      Stem stem = stem();
      List<Integer> blocks = blocks();
      Shape conv1 = need("layer1.0.conv1.weight", 4);
      Shape conv2 = need("layer1.0.conv2.weight", 4);
      boolean bottleneck = state.contains("layer1.0.conv3.weight");
      int width = bottleneck ? need("layer1.0.conv3.weight", 4).dim(0) / 4 : conv1.dim(0);
      int inner = conv2.dim(0);
      int groups = conv2.dim(1) == 0 ? 1 : Math.max(1, inner / conv2.dim(1));
      int groupWidth = bottleneck && width > 0 ? inner * 64 / (width * groups) : 64;
      Architecture found;
      try {
        found =
            new Architecture(
                bottleneck ? Block.BOTTLENECK : Block.BASIC,
                blocks,
                width,
                bottleneck ? groups : 1,
                groupWidth,
                stem,
                shortcut(),
                StridePlacement.THE_3X3,
                classes(stem));
      } catch (IllegalArgumentException e) {
        throw new Unknown(e.getMessage());
      }
      check(found);
      return found;
    }

    private Stem stem() throws Unknown {
      Tensor single = state.get("conv1.weight");
      List<Integer> channels = new ArrayList<>();
      int kernel = 3;
      if (single != null) {
        Shape shape = need("conv1.weight", 4);
        kernel = shape.dim(2);
        channels.add(shape.dim(0));
      } else {
        for (int i : new int[] {0, 3, 6}) {
          channels.add(need("conv1." + i + ".weight", 4).dim(0));
        }
      }
      Shape first = need(single != null ? "conv1.weight" : "conv1.0.weight", 4);
      if (first.dim(1) != 3) {
        throw new Unknown("its images have " + first.dim(1) + " channels, not 3");
      }
      if (kernel != 3 && kernel != 7) {
        throw new Unknown("its stem is a convolution of %dx%d".formatted(kernel, kernel));
      }
      return new Stem(channels, single != null && kernel == 3);
    }

    /** The number of blocks of each stage; names that no ResNet here has are refused. */
    private List<Integer> blocks() throws Unknown {
      for (String name : state.names()) {
        if (name.startsWith("layer") && !IN_STAGE.matcher(name).matches()) {
          throw new Unknown("it has " + name + ", which no ResNet here has");
        }
      }
      List<Integer> blocks = new ArrayList<>();
      while (state.contains("layer" + (blocks.size() + 1) + ".0.conv1.weight")) {
        String stage = "layer" + (blocks.size() + 1) + ".";
        int count = 1;
        while (state.contains(stage + count + ".conv1.weight")) {
          count++;
        }
        blocks.add(count);
      }
      return blocks;
    }

    private Shortcut shortcut() {
      Shortcut found = Shortcut.PADDING;
      for (String name : state.names()) {
        if (name.endsWith(".downsample.1.weight")) {
          boolean pooled = state.get(name).rank() == 4;
          return pooled ? Shortcut.AVERAGE : Shortcut.PROJECTION;
        }
        found = name.contains(".downsample.") ? Shortcut.PROJECTION : found;
      }
      return found;
    }

    private int classes(Stem stem) throws Unknown {
      String head = (stem.small() ? "linear" : "fc") + ".weight";
      return state.contains(head) ? need(head, 2).dim(0) : 0;
    }

    /** The convolutions of the first and last block of each stage have the shapes that follow. */
    private void check(Architecture a) throws Unknown {
      for (int s = 0; s < a.blocks().size(); s++) {
        int inner = a.innerWidth(s);
        int out = a.planes(s) * a.block().expansion();
        boolean bottleneck = a.block() == Block.BOTTLENECK;
        String last = "layer%d.%d.conv".formatted(s + 1, a.blocks().get(s) - 1);
        for (String block : List.of("layer" + (s + 1) + ".0.conv", last)) {
          expect(block + "2.weight", Shape.of(inner, inner / a.groups(), 3, 3));
          if (bottleneck) {
            expect(block + "3.weight", Shape.of(out, inner, 1, 1));
          }
        }
      }
    }

    private void expect(String name, Shape shape) throws Unknown {
      Shape given = need(name, 4);
      if (!given.equals(shape)) {
        throw new Unknown("%s is %s where %s would follow".formatted(name, given, shape));
      }
    }

    private Shape need(String name, int rank) throws Unknown {
      Tensor tensor = state.get(name);
      if (tensor == null) {
        throw new Unknown("it has no " + name);
      }
      if (tensor.rank() != rank) {
        throw new Unknown("%s is %s".formatted(name, tensor.shape()));
      }
      return tensor.shape();
    }
  }
}
