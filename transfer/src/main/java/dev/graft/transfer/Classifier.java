package dev.graft.transfer;

import com.google.gson.Gson;
import dev.graft.data.Preprocessing;
import dev.graft.models.Architecture;
import dev.graft.models.Backbone;
import dev.graft.models.Head;
import dev.graft.nn.Layer;
import dev.graft.plan.PlannedForward;
import dev.graft.tensor.Tensor;
import dev.graft.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A network with a head, the names of its classes and its preprocessing: what is saved as one
 * safetensors file, under the network's own state-dict names, and read back.
 */
public final class Classifier {
  static final String ARCHITECTURE = "graft.architecture";
  private static final String CLASSES = "graft.classes";
  static final String PREPROCESSING = "graft.preprocessing";

  private final Architecture architecture;
  private final Layer network;
  private final List<String> classes;
  private final Preprocessing preprocessing;
  private final PlannedForward forward;

  private Classifier(
      Architecture architecture, Layer network, List<String> classes, Preprocessing preprocessing) {
    this.architecture = architecture;
    this.network = network;
    this.classes = List.copyOf(classes);
    this.preprocessing = preprocessing;
    network.eval();
    this.forward = new PlannedForward(network::apply);
  }

  /**
   * Reads a model that {@link #save} wrote, or a weight file of a known ResNet with a head. Where
   * the file does not name its classes, a thousand are ImageNet's, and others are called by their
   * numbers.
   *
   * @throws IOException if the file cannot be read, or holds no network that is known here; the
   *     message names the file
   */
  public static Classifier load(Path file) throws IOException {
    return of(file.toString(), DryRun.of(file), null, null);
  }

  /**
   * The classifier that weights make.
   *
   * @param file what messages call them
   * @param names the classes' names; null: the file's own, or as {@link #load} says
   * @param preprocessing null: the file's own, or its network's
   */
  static Classifier of(String file, DryRun weights, List<String> names, Preprocessing preprocessing)
      throws IOException {
    Architecture architecture = weights.architecture();
    if (architecture.classes() == 0) {
      throw new IOException(file + ": the network has no head; train one with graft train");
    }
    Trunks.Trunk trunk = weights.load(Head.keep());
    String own = weights.renamed().state().metadata().get(CLASSES);
    try {
      List<String> classes =
          names != null
              ? names
              : own != null
                  ? List.of(new Gson().fromJson(own, String[].class))
                  : unnamed(architecture.classes());
      if (classes.size() != architecture.classes()) {
        throw new IllegalArgumentException(
            "%d names of classes for a head of %d outputs"
                .formatted(classes.size(), architecture.classes()));
      }
      return new Classifier(
          architecture,
          trunk.backbone().network(),
          classes,
          preprocessing == null ? trunk.preprocessing() : preprocessing);
    } catch (RuntimeException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static List<String> unnamed(int classes) {
    return classes == ClassNames.imagenet().size()
        ? ClassNames.imagenet()
        : IntStream.range(0, classes).mapToObj(String::valueOf).toList();
  }

  /**
   * Writes trunk and head of a trained model beside {@code file} and moves them into place.
   *
   * @param notes more metadata: how it was trained
   */
  public static void save(
      Path file,
      TransferModel model,
      Architecture architecture,
      List<String> classes,
      Preprocessing preprocessing,
      Map<String, String> notes)
      throws IOException {
    Map<String, String> metadata = new TreeMap<>(notes);
    metadata.putAll(metadata(architecture, classes, preprocessing));
    Safetensors.write(file, model.networkState(), metadata);
  }

  /** What a weight file says of itself, so that {@link #load} needs nothing else. */
  public static Map<String, String> metadata(
      Architecture architecture, List<String> classes, Preprocessing preprocessing) {
    return Map.of(
        "format",
        "pt",
        ARCHITECTURE,
        architecture.name(),
        CLASSES,
        new Gson().toJson(classes),
        PREPROCESSING,
        preprocessing.toText());
  }

  public Architecture architecture() {
    return architecture;
  }

  public List<String> classes() {
    return classes;
  }

  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /** The network, in eval mode. */
  public Layer network() {
    return network;
  }

  /** The features that the head sees, [n, numFeatures]. */
  public Backbone backbone() {
    return (Backbone) network;
  }

  /**
   * Logits [n, classes], where the network lies, of preprocessed images [n, 3, h, w], by an
   * inference plan that is made when a shape first comes and follows the network's weights.
   */
  public Tensor logits(Tensor images) {
    return forward.apply(images.to(network.backend()));
  }

  /** Probabilities [n, classes]. */
  public Tensor probabilities(Tensor images) {
    return logits(images).softmax(-1);
  }

  @Override
  public String toString() {
    return "Classifier " + architecture.name() + ", " + classes.size() + " classes: " + classes;
  }
}
