package dev.graft.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The names of the classes that published weights tell apart, in the order of their outputs. */
public final class ClassNames {
  private static final List<String> CIFAR10 =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private ClassNames() {}

  /** Read when they are first asked for. */
  private static final class ImageNet {
    static final List<String> NAMES = read("imagenet-classes.txt");
  }

  /** ImageNet's 1,000 (Russakovsky et al., 2015), as torchvision calls them. */
  public static List<String> imagenet() {
    return ImageNet.NAMES;
  }

  /** CIFAR-10's (Krizhevsky, 2009). */
  public static List<String> cifar10() {
    return CIFAR10;
  }

  static List<String> read(String resource) {
    try (InputStream in = ClassNames.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
