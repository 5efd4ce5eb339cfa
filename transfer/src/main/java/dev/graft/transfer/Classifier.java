package dev.graft.transfer;

import com.google.gson.Gson;
import dev.graft.data.Preprocessing;
import dev.graft.models.Architecture;
import dev.graft.models.Backbone;
import dev.graft.nn.Layer;
import dev.graft.plan.PlannedForward;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import dev.graft.weights.Safetensors;
import dev.graft.weights.Weights;
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
  private static final String ARCHITECTURE = "graft.architecture";
  private static final String CLASSES = "graft.classes";
  private static final String PREPROCESSING = "graft.preprocessing";

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
   * Reads a model that {@link #save} wrote, or a weight file of a known ResNet with a head, whose
   * classes then are called by their numbers.
   *
   * @throws IOException if the file cannot be read, or holds no network that is known here; the
   *     message names the file
   */
  public static Classifier load(Path file) throws IOException {
    StateDict state = Weights.load(file);
    Architecture architecture = Trunks.recognise(file, state);
    if (architecture.classes() == 0) {
      throw new IOException(file + ": the network has no head; train one with graft train");
    }
    Map<String, String> metadata = state.metadata();
    try {
      String names = metadata.get(CLASSES);
      List<String> classes =
          names != null
              ? List.of(new Gson().fromJson(names, String[].class))
              : IntStream.range(0, architecture.classes()).mapToObj(String::valueOf).toList();
      String text = metadata.get(PREPROCESSING);
      Preprocessing preprocessing =
          text == null ? Trunks.preprocessing(architecture) : Preprocessing.parse(text);
      Layer network = architecture.build(null);
      network.load(state).orThrow();
      return new Classifier(architecture, network, classes, preprocessing);
    } catch (RuntimeException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
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
   * Logits [n, classes] of preprocessed images [n, 3, h, w], by an inference plan that is made when
   * a shape first comes and follows the network's weights.
   */
  public Tensor logits(Tensor images) {
    return forward.apply(images);
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
