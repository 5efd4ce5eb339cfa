package dev.graft.weights;

import dev.graft.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keras 3 calls what it saves by the layer's class and its position among these, {@code
 * layers/conv2d_12/vars/0}. Keras keeps its ResNets' layers in the order of their depth, in which a
 * stage's first shortcut stands between the second convolution and the third, so that positions and
 * shapes tell the layers' own names.
 */
final class KerasPositions {
  private static final Pattern NAME =
      Pattern.compile("(.*\\.)?(conv2d|batch_normalization|dense)(?:_(\\d{1,6}))?\\.vars\\.(\\d)");

  private static final String[] CONV = {"kernel", "bias"};
  private static final String[] NORM = {"gamma", "beta", "moving_mean", "moving_variance"};
  private static final String[] FIRST = {"1", "2", "0", "3"};
  private static final String[] REST = {"1", "2", "3"};

  private KerasPositions() {}

  /** The variables of the layers of one class, by position and by number, under their names. */
  private static final class Group {
    private final Map<Integer, Map<Integer, String>> layers = new TreeMap<>();
  }

  /** The layers' own names, {@code conv2_block1_0_conv.kernel}; none where it is no ResNet. */
  static Map<String, String> of(Map<String, Tensor> given) {
    Map<String, Group> groups = new LinkedHashMap<>();
    String trunk = "";
    int most = 0;
    for (String name : given.keySet()) {
      Matcher m = NAME.matcher(name);
      if (m.matches()) {
        String prefix = m.group(1) == null ? "" : m.group(1);
        // The head of a network that was put together lies beside the trunk, not in it.
        String key = m.group(2).equals("dense") ? "dense" : prefix + m.group(2);
        Group group = groups.computeIfAbsent(key, k -> new Group());
        int position = m.group(3) == null ? 0 : Integer.parseInt(m.group(3));
        Map<Integer, String> variables =
            group.layers.computeIfAbsent(position, p -> new TreeMap<>());
        variables.put(Integer.parseInt(m.group(4)), name);
        if (m.group(2).equals("conv2d") && group.layers.size() > most) {
          most = group.layers.size();
          trunk = prefix;
        }
      }
    }
    Group convolutions = groups.get(trunk + "conv2d");
    Group norms = groups.get(trunk + "batch_normalization");
    if (convolutions == null || norms == null || norms.layers.size() != most) {
      return Map.of();
    }
    Map<String, String> names = new HashMap<>();
    String[] layers = layers(convolutions, given);
    if (layers == null) {
      return Map.of();
    }
    name(convolutions, layers, "_conv.", CONV, names);
    name(norms, layers, "_bn.", NORM, names);
    Group dense = groups.get("dense");
    if (dense != null && dense.layers.size() == 1) {
      name(dense, new String[] {"predictions"}, ".", CONV, names);
    }
    return names;
  }

  /** The names of the convolutions in the order of their positions; null if it is no ResNet. */
  private static String[] layers(Group convolutions, Map<String, Tensor> given) {
    Tensor[] kernels =
        convolutions.layers.values().stream()
            .map(variables -> given.get(variables.getOrDefault(0, "")))
            .toArray(Tensor[]::new);
    String[] names = new String[kernels.length];
    names[0] = "conv1";
    int stage = 1;
    int block = 0;
    int width = 0;
    int at = 1;
    while (at < kernels.length) {
      if (!isKernel(kernels[at], 1)) {
        return null;
      }
      boolean first = kernels[at].dim(3) != width;
      width = kernels[at].dim(3);
      stage += first ? 1 : 0;
      block = first ? 1 : block + 1;
      String[] order = first ? FIRST : REST;
      if (at + order.length > kernels.length) {
        return null;
      }
      for (String part : order) {
        if (!isKernel(kernels[at], part.equals("2") ? 3 : 1)) {
          return null;
        }
        names[at++] = "conv" + stage + "_block" + block + "_" + part;
      }
    }
    return names;
  }

  private static boolean isKernel(Tensor tensor, int side) {
    return tensor != null && tensor.rank() == 4 && tensor.dim(0) == side && tensor.dim(1) == side;
  }

  private static void name(
      Group group, String[] layers, String suffix, String[] leaves, Map<String, String> names) {
    int at = 0;
    for (Map<Integer, String> variables : group.layers.values()) {
      String layer = layers[at++];
      variables.forEach((number, name) -> {
        if (number < leaves.length) {
          names.put(name, layer + suffix + leaves[number]);
        }
      });
    }
  }
}
