package dev.graft.weights;

import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.Map;
import java.util.regex.Pattern;

/** What Keras writes otherwise than PyTorch: the names of leaves, and the order of dimensions. */
final class KerasLayout {
  /** {@code conv1_conv/conv1_conv/kernel:0}: a group, the layer, the variable and its number. */
  private static final Pattern NUMBER = Pattern.compile(":\\d+$");

  private static final Pattern TWICE = Pattern.compile("(^|\\.)([^.]+)\\.\\2(?=\\.)");
  private static final String ROOT = "model_weights.";

  /** Keras adds 1.001e-5 to the variance, PyTorch 1e-5. */
  private static final double EPSILON = 1.001e-5 - 1e-5;

  private static final Map<String, String> LEAVES =
      Map.of(
          "kernel", "weight",
          "gamma", "weight",
          "beta", "bias",
          "bias", "bias",
          "moving_mean", "running_mean",
          "moving_variance", "running_var");

  private KerasLayout() {}

  /** A name with dots for slashes, and without what HDF5's groups repeat; others as they are. */
  static String plain(String name) {
    if (name.indexOf('/') < 0 && name.indexOf(':') < 0) {
      return name;
    }
    String dotted = NUMBER.matcher(name.replace('/', '.')).replaceFirst("");
    String once = TWICE.matcher(dotted).replaceAll("$1$2");
    return once.startsWith(ROOT) ? once.substring(ROOT.length()) : once;
  }

  /** PyTorch's leaves and dimensions; {@code sources} is brought along. */
  static StateDict toTorch(StateDict keras, Map<String, String> sources) {
    StateDict torch = new StateDict();
    torch.metadata().putAll(keras.metadata());
    keras
        .tensors()
        .forEach((name, tensor) -> {
          int dot = name.lastIndexOf('.') + 1;
          String leaf = name.substring(dot);
          String to = name.substring(0, dot) + LEAVES.getOrDefault(leaf, leaf);
          sources.put(to, sources.remove(name));
          torch.put(
              to,
              switch (leaf) {
                case "kernel" -> kernel(name, tensor);
                case "moving_variance" -> variance(tensor);
                default -> tensor;
              });
        });
    return torch;
  }

  private static Tensor kernel(String name, Tensor tensor) {
    return switch (tensor.rank()) {
      case 4 -> tensor.permute(3, 2, 0, 1);
      case 2 -> tensor.permute(1, 0);
      default ->
          throw new IllegalArgumentException(
              "names: %s is %s, no kernel of a convolution or a dense layer"
                  .formatted(name, tensor.shape()));
    };
  }

  private static Tensor variance(Tensor tensor) {
    float[] values = tensor.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] + EPSILON);
    }
    return Tensor.of(values, tensor.shape().toArray());
  }
}
