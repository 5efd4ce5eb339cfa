package dev.graft.weights;

import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Brings a ResNet's weights under torchvision's names, whosever they were: {@code
 * NameMap.toTorchvision(Weights.load(file)).state()}. The conventions are tables; see {@link
 * Convention}.
 *
 * <p>What stands in front of all of the network's names comes off, whatever it is (Lightning's
 * {@code model.}, {@code encoder_q.}), and what then is no part of the network is left out and
 * listed. Keras's kernels become [out, in, h, w] and its dense kernel [out, in]. Biases of
 * convolutions, which these networks do not have, are folded into the mean of the batch norm behind
 * them; its epsilon, 1.001e-5, into the variance.
 */
public final class NameMap {
  /** What torch.compile and sharded training put in the middle of names, layer by layer. */
  private static final Pattern WRAPPED =
      Pattern.compile("(?<![^.])(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\\.");

  private NameMap() {}

  private record Match(Convention convention, String prefix) {}

  /**
   * The same weights under torchvision's names, under their own where no convention fits; metadata
   * goes along. Tensors that need no change are shared.
   *
   * @throws IllegalArgumentException if two names mean the same parameter, or a kernel has not the
   *     dimensions that its name says
   */
  public static Renamed toTorchvision(StateDict state) {
    Map<String, Tensor> given = new LinkedHashMap<>();
    Map<String, String> original = new LinkedHashMap<>();
    state
        .tensors()
        .forEach((name, tensor) -> {
          String plain = WRAPPED.matcher(KerasLayout.plain(name)).replaceAll("");
          if (given.put(plain, tensor) != null) {
            throw new IllegalArgumentException(
                "names: both %s and %s are %s".formatted(original.get(plain), name, plain));
          }
          original.put(plain, name);
        });
    boolean byPosition = nameByPosition(given, original);
    Match match = match(given);
    if (match == null) {
      return new Renamed(state, Optional.empty(), "", Map.of(), List.of(), List.of());
    }
    StateDict renamed = new StateDict();
    renamed.metadata().putAll(state.metadata());
    Map<String, String> sources = new LinkedHashMap<>();
    List<String> leftOut = new ArrayList<>();
    given.forEach((name, tensor) -> {
      String to = map(match, name);
      String source = original.get(name);
      if (to == null && match.prefix.isEmpty()) {
        to = name; // unwrapped, it stands within the network: the load reports it
      }
      if (to == null) {
        leftOut.add(source);
        return;
      }
      String before = sources.put(to, source);
      if (before != null) {
        throw new IllegalArgumentException(
            "names: both %s and %s are %s".formatted(before, source, to));
      }
      renamed.put(to, tensor);
    });
    return finish(match, renamed, sources, leftOut, byPosition);
  }

  /** Gives Keras 3's layers their own names; false where there are none of these. */
  private static boolean nameByPosition(Map<String, Tensor> given, Map<String, String> original) {
    Map<String, String> names = KerasPositions.of(given);
    for (Map.Entry<String, String> entry : names.entrySet()) {
      given.put(entry.getValue(), given.remove(entry.getKey()));
      original.put(entry.getValue(), original.remove(entry.getKey()));
    }
    return !names.isEmpty();
  }

  private static Renamed finish(
      Match match,
      StateDict renamed,
      Map<String, String> sources,
      List<String> leftOut,
      boolean byPosition) {
    List<String> notes = new ArrayList<>();
    if (byPosition) {
      notes.add("layers told by their positions");
    }
    StateDict state = renamed;
    if (match.convention.isKeras()) {
      state = KerasLayout.toTorch(state, sources);
      notes.add(
          "kernels brought from [h, w, in, out] to [out, in, h, w]; images are blue first,"
              + " strides on the first 1x1");
    }
    int before = state.size();
    state = ConvBias.fold(state, sources);
    if (state.size() < before) {
      int folded = before - state.size();
      notes.add(folded + " biases of convolutions folded into the means of the batch norms");
    }
    state = smallHead(state, sources);
    return new Renamed(
        state,
        Optional.of(match.convention),
        match.prefix,
        Map.copyOf(sources),
        List.copyOf(leftOut),
        List.copyOf(notes));
  }

  /** In the form for small images, which a 3×3 stem tells, the head is called linear. */
  private static StateDict smallHead(StateDict state, Map<String, String> sources) {
    Tensor stem = state.get("conv1.weight");
    if (stem == null || stem.rank() != 4 || stem.dim(2) != 3) {
      return state;
    }
    StateDict renamed = new StateDict();
    renamed.metadata().putAll(state.metadata());
    state
        .tensors()
        .forEach((name, tensor) -> {
          String to = name.startsWith("fc.") ? "linear." + name.substring(3) : name;
          if (!to.equals(name)) {
            sources.put(to, sources.remove(name));
          }
          renamed.put(to, tensor);
        });
    return renamed;
  }

  /** The convention whose anchor is among the names; the first of several, as a student's. */
  private static Match match(Map<String, Tensor> given) {
    for (String name : given.keySet()) {
      for (Convention convention : Convention.values()) {
        if (name.endsWith(convention.anchor())) {
          String prefix = name.substring(0, name.length() - convention.anchor().length());
          if (prefix.isEmpty() || prefix.endsWith(".")) {
            return new Match(convention, prefix);
          }
        }
      }
    }
    return null;
  }

  /** A name's meaning under the prefix, or, as Hugging Face's heads are, under a part of it. */
  private static String map(Match match, String name) {
    String prefix = match.prefix;
    while (true) {
      String to =
          name.startsWith(prefix) ? match.convention.map(name.substring(prefix.length())) : null;
      if (to != null || prefix.isEmpty()) {
        return to;
      }
      prefix = prefix.substring(0, prefix.lastIndexOf('.', prefix.length() - 2) + 1);
    }
  }
}
