package dev.graft.weights;

import dev.graft.tensor.StateDict;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Biases in front of batch norms, such as Keras's: the norm takes its mean off again, so a bias is
 * the same as a mean that is lower by as much. In training the batch's own mean cancels it anyway.
 */
final class ConvBias {
  private static final Pattern BIAS =
      Pattern.compile("(layer\\d+\\.\\d+\\.)?(conv(\\d)|downsample\\.(\\d))\\.bias");

  private ConvBias() {}

  /** The state without such biases, folded into the running means. */
  static StateDict fold(StateDict state, Map<String, String> sources) {
    StateDict folded = new StateDict();
    folded.metadata().putAll(state.metadata());
    state.tensors().forEach(folded::put);
    for (String name : state.names()) {
      String mean = mean(name, state);
      if (mean != null) {
        folded.put(mean, state.get(mean).sub(state.get(name)));
      }
    }
    StateDict rest = new StateDict();
    rest.metadata().putAll(state.metadata());
    folded
        .tensors()
        .forEach((name, tensor) -> {
          if (mean(name, state) == null) {
            rest.put(name, tensor);
          } else {
            sources.remove(name);
          }
        });
    return rest;
  }

  /** The mean of the batch norm behind a convolution whose bias this is; null if it is none. */
  private static String mean(String name, StateDict state) {
    Matcher m = BIAS.matcher(name);
    if (!m.matches()) {
      return null;
    }
    String weight = name.substring(0, name.length() - "bias".length()) + "weight";
    String norm =
        m.group(3) != null ? "bn" + m.group(3) : "downsample." + (Integer.parseInt(m.group(4)) + 1);
    String mean = (m.group(1) == null ? "" : m.group(1)) + norm + ".running_mean";
    boolean convolution = state.contains(weight) && state.get(weight).rank() == 4;
    return convolution && state.contains(mean) ? mean : null;
  }
}
