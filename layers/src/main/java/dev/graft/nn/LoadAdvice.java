package dev.graft.nn;

import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What to do about a load that did not fit: the mistakes that people make most. */
record LoadAdvice(
    StateDict network,
    StateDict file,
    List<String> applied,
    List<String> missing,
    List<String> unexpected,
    List<String> misshapen) {

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (missing.isEmpty() && unexpected.isEmpty() && misshapen.isEmpty()) {
      return lines;
    }
    Optional<String> more = prefix(missing, unexpected);
    Optional<String> less = prefix(unexpected, missing);
    if (more.isPresent()) {
      lines.add(
          "the file's names begin with \"%s\": take that off, and %d more fit"
              .formatted(more.get(), missing.size()));
    } else if (less.isPresent()) {
      lines.add(
          "the network's names begin with \"%s\" and the file's do not: load into that part of it"
              .formatted(less.get()));
    } else if (applied.isEmpty()) {
      lines.add(
          "nothing fits: these are another network's weights, or its names are another"
              + " library's");
    }
    head().ifPresent(lines::add);
    if (!missing.isEmpty() && missing.stream().allMatch(LoadAdvice::isStatistic)) {
      lines.add(
          "the running statistics are missing: the file was saved without buffers; save"
              + " model.state_dict(), not its parameters");
    }
    if (misshapen.stream().anyMatch(this::isTransposed)) {
      lines.add("the kernels' dimensions are in another order, as Keras has them: [h, w, in, out]");
    }
    return List.copyOf(lines);
  }

  /** What the longer names all have in front of the shorter ones, if anything. */
  private static Optional<String> prefix(List<String> shorter, List<String> longer) {
    if (shorter.isEmpty()) {
      return Optional.empty();
    }
    String first = shorter.getFirst();
    Set<String> names = new HashSet<>(longer);
    return longer.stream()
        .filter(name -> name.endsWith("." + first))
        .map(name -> name.substring(0, name.length() - first.length()))
        .filter(prefix -> shorter.stream().allMatch(name -> names.contains(prefix + name)))
        .findFirst();
  }

  /** The network's last layer has another number of outputs than the file's. */
  private Optional<String> head() {
    if (misshapen.isEmpty() || misshapen.size() > 2) {
      return Optional.empty();
    }
    String name = misshapen.getFirst();
    String layer = name.substring(0, name.lastIndexOf('.') + 1);
    String last = List.copyOf(network.names()).getLast();
    Shape here = network.get(name).shape();
    Shape there = file.get(name).shape();
    boolean rows = here.rank() == there.rank() && here.rank() > 0 && here.dim(0) != there.dim(0);
    if (!rows
        || !last.startsWith(layer)
        || !misshapen.stream().allMatch(n -> n.startsWith(layer))) {
      return Optional.empty();
    }
    return Optional.of(
        "the head has %d outputs in the network, %d in the file: keep the file's, drop it, or"
                .formatted(here.dim(0), there.dim(0))
            + " load with Head.reinitialise(%d, rng)".formatted(here.dim(0)));
  }

  private static boolean isStatistic(String name) {
    return name.endsWith(".running_mean") || name.endsWith(".running_var");
  }

  private boolean isTransposed(String name) {
    int[] here = network.get(name).shape().toArray();
    int[] there = file.get(name).shape().toArray();
    boolean hwio =
        here.length == 4
            && there.length == 4
            && Arrays.equals(here, new int[] {there[3], there[2], there[0], there[1]});
    return hwio;
  }
}
