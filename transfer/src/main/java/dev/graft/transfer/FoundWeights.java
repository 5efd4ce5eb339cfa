package dev.graft.transfer;

import dev.graft.data.Preprocessing;
import dev.graft.models.Architecture;
import dev.graft.models.Head;
import dev.graft.weights.hub.Hub;
import dev.graft.weights.hub.HuggingFace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A weight file on this machine and what is known of it besides. What is null is for the file to
 * tell.
 *
 * @param name what was asked for
 * @param file the weights
 * @param architecture the network that they are of, with its stride's place; or null
 * @param preprocessing what images go through; or null
 * @param classes the names of the outputs; or null
 */
public record FoundWeights(
    String name,
    Path file,
    Architecture architecture,
    Preprocessing preprocessing,
    List<String> classes) {

  /**
   * Finds weights by what people call them: a file, a name such as {@code resnet50} (see {@link
   * Pretrained#all()}), or a repository of Hugging Face, {@code hf:timm/resnet50.a1_in1k}. A file
   * comes first.
   *
   * @throws IOException if there is nothing of that name, or it cannot be fetched
   */
  public static FoundWeights of(String what, Hub hub) throws IOException {
    if (HuggingFace.isName(what)) {
      return HuggingFaceModel.fetch(HuggingFace.of(what), hub);
    }
    Path path = path(what);
    Optional<Pretrained> published = Pretrained.find(what);
    if (published.isPresent() && (path == null || !Files.exists(path))) {
      return published.get().fetch(hub);
    }
    if (path == null || !Files.exists(path) && !what.contains(".") && !what.contains("/")) {
      throw new IOException("no file \"" + what + "\", and " + unknown(what));
    }
    return new FoundWeights(what, path, null, null, null);
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static String unknown(String name) {
    try {
      return Pretrained.of(name).toString();
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }

  /** What would come of loading them. */
  public DryRun dryRun() throws IOException {
    return DryRun.of(name, file, architecture);
  }

  /**
   * What would come of loading them into a network of that name; null: the one that they are of.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if there is no such network
   */
  public DryRun dryRun(String network) throws IOException {
    return network == null ? dryRun() : DryRun.of(name, file, Architecture.of(network, 1000));
  }

  /** A short name for messages: of a file its own, without the folders. */
  public String label() {
    return HuggingFace.isName(name) ? name : file.getFileName().toString();
  }

  /**
   * The network without its head, in eval mode.
   *
   * @throws IOException as {@link #trunk(Head)}
   */
  public Trunks.Trunk trunk() throws IOException {
    return trunk(Head.drop());
  }

  /**
   * The network, in eval mode, with its head as told.
   *
   * @throws IOException if the file cannot be read, or is not what it should be
   */
  public Trunks.Trunk trunk(Head head) throws IOException {
    Trunks.Trunk trunk = dryRun().load(head);
    return preprocessing == null
        ? trunk
        : new Trunks.Trunk(trunk.backbone(), trunk.architecture(), preprocessing);
  }

  /**
   * The network with its preprocessing and the names of its classes.
   *
   * @throws IOException as {@link #trunk}, or if there is no head
   */
  public Classifier classifier() throws IOException {
    return Classifier.of(name, dryRun(), classes, preprocessing);
  }
}
