package dev.graft.golden;

import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Gives torchvision's state dicts the names, and Keras's the form, that other libraries use. */
final class OtherNames {
  private static final Pattern PART =
      Pattern.compile("layer(\\d)\\.(\\d+)\\.(conv|bn|downsample\\.)(\\d)\\.(\\w+)");

  private OtherNames() {}

  /** ResNetForImageClassification's. */
  static StateDict huggingFace(StateDict torch) {
    StateDict out = new StateDict();
    torch.tensors().forEach((name, tensor) -> out.put(huggingFace(name), tensor));
    return out;
  }

  private static String huggingFace(String name) {
    Matcher m = PART.matcher(name);
    if (m.matches()) {
      String block = "resnet.encoder.stages.%d.layers.%s.".formatted(number(m, 1) - 1, m.group(2));
      boolean shortcut = m.group(3).equals("downsample.");
      boolean convolution = shortcut ? number(m, 4) == 0 : m.group(3).equals("conv");
      return block
          + (shortcut ? "shortcut" : "layer." + (number(m, 4) - 1))
          + (convolution ? ".convolution." : ".normalization.")
          + m.group(5);
    }
    return name.replaceFirst("^conv1\\.", "resnet.embedder.embedder.convolution.")
        .replaceFirst("^bn1\\.", "resnet.embedder.embedder.normalization.")
        .replaceFirst("^fc\\.", "classifier.1.");
  }

  private static int number(Matcher m, int group) {
    return Integer.parseInt(m.group(group));
  }

  /**
   * keras.applications': kernels [h, w, in, out], a bias of 0.25 in each convolution that the mean
   * of the batch norm takes off again, a variance that is smaller by what Keras adds to it more.
   */
  static StateDict keras(StateDict torch) {
    StateDict out = new StateDict();
    torch
        .tensors()
        .forEach((name, tensor) -> {
          int dot = name.lastIndexOf('.') + 1;
          String layer = kerasLayer(name.substring(0, dot) + "x");
          String path = layer + "/" + layer + "/";
          switch (name.substring(dot)) {
            case "running_mean" -> out.put(path + "moving_mean:0", tensor.add(0.25f));
            case "running_var" -> out.put(path + "moving_variance:0", tensor.sub(1e-8f));
            case "bias" -> out.put(path + (layer.endsWith("_bn") ? "beta:0" : "bias:0"), tensor);
            case "weight" -> putWeight(out, path, tensor);
            default -> {} // num_batches_tracked: Keras has none
          }
        });
    return out;
  }

  private static void putWeight(StateDict out, String path, Tensor tensor) {
    switch (tensor.rank()) {
      case 4 -> {
        out.put(path + "kernel:0", tensor.permute(2, 3, 1, 0));
        out.put(path + "bias:0", Tensor.full(0.25f, tensor.dim(0)));
      }
      case 2 -> out.put(path + "kernel:0", tensor.permute(1, 0));
      default -> out.put(path + "gamma:0", tensor);
    }
  }

  private static String kerasLayer(String name) {
    Matcher m = PART.matcher(name);
    if (m.matches()) {
      boolean shortcut = m.group(3).equals("downsample.");
      boolean convolution = shortcut ? number(m, 4) == 0 : m.group(3).equals("conv");
      return "conv%d_block%d_%d_%s"
          .formatted(
              number(m, 1) + 1,
              number(m, 2) + 1,
              shortcut ? 0 : number(m, 4),
              convolution ? "conv" : "bn");
    }
    return switch (name) {
      case "conv1.x" -> "conv1_conv";
      case "bn1.x" -> "conv1_bn";
      default -> "predictions";
    };
  }

  /** The names with something in front. */
  static StateDict prefixed(String prefix, StateDict state) {
    StateDict out = new StateDict();
    state.tensors().forEach((name, tensor) -> out.put(prefix + name, tensor));
    return out;
  }
}
