package dev.graft.data;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * CIFAR-10 and CIFAR-100 (Krizhevsky, 2009) in their binary versions, as [3, 32, 32] with values 0
 * … 1.
 */
public final class CifarDataset implements Dataset {
  private static final Shape SHAPE = Shape.of(3, 32, 32);
  private static final int PIXELS = 3 * 32 * 32;
  private static final int RECORDS = 10_000;

  private static final List<String> CIFAR10 =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  /** How many bytes stand before the pixels; the last of them is the label. */
  private final int labelBytes;

  private final List<Path> files = new ArrayList<>();
  private final List<byte[]> records = new ArrayList<>();

  /** The first example of each file, and the number of examples. */
  private final List<Integer> starts = new ArrayList<>(List.of(0));

  private final List<String> classes;

  private CifarDataset(List<String> classes, int labelBytes) {
    this.classes = classes;
    this.labelBytes = labelBytes;
  }

  /**
   * {@code data_batch_1.bin} … {@code data_batch_5.bin} of {@code cifar-10-batches-bin}, or {@code
   * test_batch.bin}.
   *
   * @throws IOException if a file is absent or damaged; the message is one line that begins with
   *     its path
   */
  public static CifarDataset cifar10(Path folder, boolean train) throws IOException {
    List<String> names =
        train
            ? IntStream.rangeClosed(1, 5).mapToObj(i -> "data_batch_" + i + ".bin").toList()
            : List.of("test_batch.bin");
    return new CifarDataset(CIFAR10, 1).readAll(folder, names);
  }

  /**
   * {@code train.bin} or {@code test.bin} of {@code cifar-100-binary}, with the fine labels, named
   * as {@code fine_label_names.txt} beside them says.
   *
   * @throws IOException as {@link #cifar10}
   */
  public static CifarDataset cifar100(Path folder, boolean train) throws IOException {
    Path names = folder.resolve("fine_label_names.txt");
    List<String> classes = TensorDataset.numbered(100);
    if (Files.exists(names)) {
      classes = Files.readAllLines(names).stream().filter(n -> !n.isBlank()).toList();
      if (classes.size() != 100) {
        throw new IOException(names + ": names " + classes.size() + " classes, not 100");
      }
    }
    return new CifarDataset(classes, 2).readAll(folder, List.of(train ? "train.bin" : "test.bin"));
  }

  private CifarDataset readAll(Path folder, List<String> names) throws IOException {
    for (String name : names) {
      read(folder.resolve(name));
    }
    return this;
  }

  private void read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file + ": no such file");
    }
    int record = labelBytes + PIXELS;
    long size = Files.size(file);
    // Either set's largest file, five times: what is longer is something else.
    if (size == 0 || size % record != 0 || size > 5L * 5 * RECORDS * record) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: its %,d bytes are no whole number of records of %,d; it is cut short, or no"
                  + " CIFAR-%d file",
              file,
              size,
              record,
              classes.size()));
    }
    byte[] bytes = Files.readAllBytes(file);
    for (int at = 0; at < bytes.length; at += record) {
      int label = bytes[at + labelBytes - 1] & 0xff;
      if (label >= classes.size()) {
        throw new IOException(
            String.format(
                "%s: record %d has label %d, and there are %d classes; it looks damaged",
                file, at / record, label, classes.size()));
      }
    }
    files.add(file);
    records.add(bytes);
    starts.add(starts.getLast() + bytes.length / record);
  }

  private int fileOf(int index) {
    int f = 0;
    while (index >= starts.get(f + 1)) {
      f++;
    }
    return f;
  }

  @Override
  public int size() {
    return starts.getLast();
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public Shape shape() {
    return SHAPE;
  }

  @Override
  public int label(int index) {
    int f = fileOf(index);
    int at = (index - starts.get(f)) * (labelBytes + PIXELS);
    return records.get(f)[at + labelBytes - 1] & 0xff;
  }

  @Override
  public void read(int index, float[] into, int offset, Rng rng) {
    int f = fileOf(index);
    int at = (index - starts.get(f)) * (labelBytes + PIXELS) + labelBytes;
    ByteImages.toUnit(records.get(f), at, into, offset, PIXELS);
  }

  @Override
  public String describe(int index) {
    int f = fileOf(index);
    return files.get(f) + ", record " + (index - starts.get(f));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "CifarDataset %s: %,d images in %d classes",
        files.getFirst().getParent(),
        size(),
        classes.size());
  }
}
