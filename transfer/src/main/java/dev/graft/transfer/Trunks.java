package dev.graft.transfer;

import dev.graft.data.Preprocessing;
import dev.graft.models.Architecture;
import dev.graft.models.Backbone;
import dev.graft.nn.Layer;
import dev.graft.nn.LoadReport;
import dev.graft.tensor.StateDict;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Trunks from weight files. */
public final class Trunks {
  /** A trunk in eval mode, what it was recognised as, and the preprocessing that this implies. */
  public record Trunk(Backbone backbone, Architecture architecture, Preprocessing preprocessing) {}

  private Trunks() {}

  /**
   * Reads a ResNet's weights; a head in the file is loaded with it.
   *
   * @throws IOException if the file cannot be read or its names and shapes are those of no ResNet
   *     known here; the message names the file
   */
  public static Trunk load(Path file) throws IOException {
    return of(file, Weights.load(file));
  }

  /**
   * As {@link #load(Path)}, from a stream such as a resource in a jar; it is left open.
   *
   * @param name what error messages call it
   */
  public static Trunk load(String name, InputStream in) throws IOException {
    return of(Path.of(name), Weights.load(name, in));
  }

  private static Trunk of(Path file, StateDict state) throws IOException {
    Architecture found = recognise(file, state);
    boolean headless = found.classes() == 0;
    Architecture built =
        new Architecture(found.form(), found.depth(), Math.max(1, found.classes()));
    Layer network = built.build(null);
    Backbone backbone = (Backbone) network;
    LoadReport report = network.load(state);
    boolean onlyHeadMissing =
        headless
            && report.unexpected().isEmpty()
            && report.misshapen().isEmpty()
            && report.missing().stream().allMatch(n -> n.startsWith(backbone.headName() + "."));
    if (!report.isComplete() && !onlyHeadMissing) {
      throw new IOException(file + ": does not fit " + built.name() + ": " + report);
    }
    network.eval();
    String text = state.metadata().get("graft.preprocessing");
    Preprocessing own = text == null ? preprocessing(found) : Preprocessing.parse(text);
    return new Trunk(backbone, found, own);
  }

  static Architecture recognise(Path file, StateDict state) throws IOException {
    return Architecture.recognise(state)
        .orElseThrow(() ->
            new IOException(
                file
                    + ": the names and shapes of its "
                    + state.size()
                    + " tensors are those of no ResNet known here (ImageNet form 18 … 152, CIFAR"
                    + " form 20 … 110); graft inspect shows them"));
  }

  /** What the networks of that form were trained with. */
  public static Preprocessing preprocessing(Architecture architecture) {
    return architecture.form() == Architecture.Form.CIFAR
        ? Preprocessing.CIFAR
        : Preprocessing.IMAGENET;
  }
}
