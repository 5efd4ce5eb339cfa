package dev.graft.data;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The MNIST family: grey images in IDX files, gzipped or not, as [1, h, w] with values 0 … 1.
 *
 * <pre>{@code
 * Dataset train = IdxDataset.train(folder).withClasses(IdxDataset.FASHION_MNIST);
 * }</pre>
 */
public final class IdxDataset implements Dataset {
  /** The classes of Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017). */
  public static final List<String> FASHION_MNIST =
      List.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");

  private final Path images;
  private final byte[] pixels;
  private final byte[] labels;
  private final Shape shape;
  private final List<String> classes;

  private IdxDataset(Path images, byte[] pixels, byte[] labels, Shape shape, List<String> classes) {
    this.images = images;
    this.pixels = pixels;
    this.labels = labels;
    this.shape = shape;
    this.classes = classes;
  }

  /**
   * Reads {@code train-images-idx3-ubyte} and {@code train-labels-idx1-ubyte} of a folder, with or
   * without {@code .gz}.
   *
   * @throws IOException as {@link #of}
   */
  public static IdxDataset train(Path folder) throws IOException {
    return ofPrefix(folder, "train");
  }

  /**
   * Reads {@code t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte} of a folder, with or
   * without {@code .gz}.
   *
   * @throws IOException as {@link #of}
   */
  public static IdxDataset test(Path folder) throws IOException {
    return ofPrefix(folder, "t10k");
  }

  private static IdxDataset ofPrefix(Path folder, String prefix) throws IOException {
    return of(
        plainOrGzip(folder, prefix + "-images-idx3-ubyte"),
        plainOrGzip(folder, prefix + "-labels-idx1-ubyte"));
  }

  private static Path plainOrGzip(Path folder, String name) throws IOException {
    Path plain = folder.resolve(name);
    Path gzip = folder.resolve(name + ".gz");
    if (!Files.exists(plain) && !Files.exists(gzip)) {
      throw new NoSuchFileException(folder + ": holds neither " + name + " nor " + name + ".gz");
    }
    return Files.exists(plain) ? plain : gzip;
  }

  /**
   * Reads two files; the classes are named 0 … the largest label.
   *
   * @throws IOException if a file is absent, damaged or no IDX file, or they hold different numbers
   *     of examples; the message is one line that begins with the path
   */
  public static IdxDataset of(Path images, Path labels) throws IOException {
    IdxFile x = IdxFile.read(images, 3, "images");
    IdxFile y = IdxFile.read(labels, 1, "labels");
    if (x.dims()[0] != y.dims()[0]) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: holds %,d labels for the %,d images of %s",
              labels,
              y.dims()[0],
              x.dims()[0],
              images));
    }
    int most = -1;
    for (byte label : y.values()) {
      most = Math.max(most, label & 0xff);
    }
    Shape shape = Shape.of(1, x.dims()[1], x.dims()[2]);
    return new IdxDataset(images, x.values(), y.values(), shape, TensorDataset.numbered(most + 1));
  }

  /**
   * The same examples with names for the classes.
   *
   * @throws IllegalArgumentException if there are fewer names than classes
   */
  public IdxDataset withClasses(List<String> names) {
    if (names.size() < classes.size()) {
      throw new IllegalArgumentException(
          "idx_dataset: %d names for %d classes: %s"
              .formatted(names.size(), classes.size(), images));
    }
    return new IdxDataset(images, pixels, labels, shape, List.copyOf(names));
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public int label(int index) {
    return labels[index] & 0xff;
  }

  @Override
  public void read(int index, float[] into, int offset, Rng rng) {
    ByteImages.toUnit(pixels, index * shape.numel(), into, offset, shape.numel());
  }

  @Override
  public String describe(int index) {
    return images + ", image " + index;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "IdxDataset %s: %,d images %s in %d classes",
        images,
        size(),
        shape,
        classes.size());
  }
}
