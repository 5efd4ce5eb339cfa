package dev.graft.transfer;

import dev.graft.data.Preprocessing;
import dev.graft.models.Architecture;
import dev.graft.models.Architecture.StridePlacement;
import dev.graft.models.Backbone;
import dev.graft.models.Head;
import dev.graft.models.Recognition;
import dev.graft.models.ResNet;
import dev.graft.nn.LoadReport;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import dev.graft.transfer.Trunks.Trunk;
import dev.graft.weights.Convention;
import dev.graft.weights.NameMap;
import dev.graft.weights.Renamed;
import dev.graft.weights.WeightFile;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What would come of loading a weight file, before anything is loaded: whose names it has, which
 * network it is, what would fit and what not, and what to do about it. {@code
 * System.out.println(DryRun.of(file).report(Head.keep()))}
 */
public final class DryRun {
  private final String file;
  private final Renamed renamed;
  private final Recognition recognition;
  private final Architecture declared;

  /** Where the values are, if not in the renamed state. */
  private final Path source;

  /** As {@link #DryRun(String, StateDict, Architecture)}, the network being recognised. */
  public DryRun(String file, StateDict state) throws IOException {
    this(file, state, null);
  }

  /**
   * Looks at weights that were read.
   *
   * @param file what messages call them
   * @param declared the network that they are said to be of; null: it is recognised
   * @throws IOException if two of their names mean the same
   */
  public DryRun(String file, StateDict state, Architecture declared) throws IOException {
    this(file, state, declared, null);
  }

  private DryRun(String file, StateDict state, Architecture declared, Path source)
      throws IOException {
    this.file = file;
    this.declared = declared;
    this.source = source;
    try {
      renamed = NameMap.toTorchvision(state);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
    recognition = Recognition.of(renamed.state());
  }

  /** Looks at a weight file; its values stay where they are until {@link #load}. */
  public static DryRun of(Path file) throws IOException {
    return of(file.toString(), file, null);
  }

  /** As {@link #of(Path)}, with a name and a network as the constructor's. */
  static DryRun of(String name, Path file, Architecture declared) throws IOException {
    try (WeightFile weights = Weights.open(file)) {
      return new DryRun(name, weights.shapes(), declared, file);
    }
  }

  /** What was done to the names; of a file, the tensors have their shapes alone. */
  public Renamed renamed() {
    return renamed;
  }

  /** What the names and shapes tell, and what they do not. */
  public Recognition recognition() {
    return recognition;
  }

  /**
   * The network that the weights are of, with the file's head: as it was declared, else as
   * recognised, with what the file or its library say of the stride.
   *
   * @throws IOException if it is none that can be built here; the message names the file
   */
  public Architecture architecture() throws IOException {
    Optional<Architecture> found = recognition.architecture();
    if (declared != null) {
      return declared.withClasses(found.map(Architecture::classes).orElse(declared.classes()));
    }
    Architecture recognised =
        found.orElseThrow(() ->
            new IOException(
                "%s: its %d tensors are no ResNet's that is known here: %s; graft inspect shows them"
                    .formatted(file, renamed.state().size(), recognition.reason())));
    return strideIsFirst() ? recognised.withStride(StridePlacement.FIRST_1X1) : recognised;
  }

  /** What was declared must not be another network than names and shapes say. */
  private void checkDeclared() throws IOException {
    Optional<Architecture> found = recognition.architecture();
    if (declared == null || found.isEmpty()) {
      return;
    }
    Architecture shape = declared.withStride(StridePlacement.THE_3X3);
    if (!shape.equals(found.get().withClasses(shape.classes()))) {
      throw new IOException(
          "%s: its weights are a %s's, not a %s's"
              .formatted(file, found.get().name(), declared.name()));
    }
  }

  private boolean strideIsFirst() {
    String saved = renamed.state().metadata().getOrDefault(Classifier.ARCHITECTURE, "");
    return saved.endsWith("_stride1x1")
        || renamed.convention().map(Convention::stridesOnFirst1x1).orElse(false);
  }

  /** What the weights say of themselves, else what their library and their network imply. */
  Preprocessing preprocessing() throws IOException {
    String own = renamed.state().metadata().get(Classifier.PREPROCESSING);
    if (own != null) {
      return Preprocessing.parse(own);
    }
    return renamed.convention().map(Convention::isKeras).orElse(false)
        ? Preprocessing.KERAS
        : Trunks.preprocessing(architecture());
  }

  /**
   * What {@link #load} would report.
   *
   * @throws IOException if the network is none that can be built here
   */
  public LoadReport compare(Head head) throws IOException {
    Architecture built = head.on(architecture());
    return ResNet.of(built, null).compare(renamed.state(), head);
  }

  /**
   * Builds the network, loads the weights and does with their head as told.
   *
   * @throws IOException if the network is none that can be built here, or the weights do not fit it
   */
  public Trunk load(Head head) throws IOException {
    checkDeclared();
    Architecture built = head.on(architecture());
    Backbone network = ResNet.of(built, null);
    network.prepare(head);
    LoadReport report = network.compare(renamed.state(), head);
    if (!report.isComplete()) {
      throw new IOException(file + ": does not fit " + built.name() + ": " + report);
    }
    fill(network.network().stateDict(), report.applied());
    network.network().eval();
    return new Trunk(network, built, preprocessing());
  }

  /** Gives the network's tensors of these names their values, from the file itself if it may. */
  private void fill(StateDict network, List<String> names) throws IOException {
    StateDict values = renamed.state();
    if (source != null && renamed.notes().isEmpty()) {
      Map<String, Tensor> targets = new LinkedHashMap<>();
      names.forEach(
          name -> targets.put(renamed.sources().getOrDefault(name, name), network.get(name)));
      try (WeightFile weights = Weights.open(source)) {
        weights.readInto(targets);
      }
      return;
    }
    if (source != null) { // values change with the names, as Keras's kernels do
      values = NameMap.toTorchvision(Weights.load(source)).state();
    }
    for (String name : names) {
      network.get(name).assign(values.get(name));
    }
  }

  /** The whole report, a fact a line. */
  public String report(Head head) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("file       " + file);
    lines.add("names      " + renamed.toString().replace("\n", "\n           "));
    lines.add("network    " + head.on(architecture()));
    boolean told = declared != null || strideIsFirst();
    for (String assumption : told ? List.<String>of() : recognition.assumed()) {
      lines.add("           " + assumption);
    }
    lines.add("fit        " + compare(head).toString().replace("\n", "\n         "));
    return String.join("\n", lines);
  }
}
