package dev.graft.cli;

import dev.graft.data.Preprocessing;
import picocli.CommandLine.Option;

/** {@code --upright}: photos are turned as their cameras were held. */
final class UprightOption {
  @Option(
      names = "--upright",
      description =
          "Turn photos as their EXIF orientation says; a model remembers it. Otherwise they are taken"
              + " as they are stored, as in torchvision.")
  private boolean upright;

  /** The model's own preprocessing, with photos turned if that was asked for or it says so. */
  Preprocessing on(Preprocessing own) {
    return upright ? own.withUpright(true) : own;
  }
}
