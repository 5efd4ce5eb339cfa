package dev.graft.transfer;

import dev.graft.data.Preprocessing;
import dev.graft.models.Architecture;
import dev.graft.models.Backbone;
import dev.graft.models.Head;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * Trunks from weight files, under torchvision's, timm's, Hugging Face's, Keras's or CIFAR names.
 */
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
    return load(file, Head.keep());
  }

  /**
   * Reads a ResNet's weights and does with the head as told.
   *
   * @throws IOException as {@link #load(Path)}
   */
  public static Trunk load(Path file, Head head) throws IOException {
    return DryRun.of(file).load(head);
  }

  /**
   * As {@link #load(Path)}, from a stream such as a resource in a jar; it is left open.
   *
   * @param name what error messages call it
   */
  public static Trunk load(String name, InputStream in) throws IOException {
    return new DryRun(name, Weights.load(name, in)).load(Head.keep());
  }

  /** What the networks of that form were trained with. */
  public static Preprocessing preprocessing(Architecture architecture) {
    return architecture.isCifar() ? Preprocessing.CIFAR : Preprocessing.IMAGENET;
  }
}
