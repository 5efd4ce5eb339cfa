package dev.graft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class DatasetsTest {
  @TempDir Path folder;

  private static float[] read(Dataset data, int index) throws IOException {
    float[] x = new float[data.shape().numel()];
    data.read(index, x, 0, Rng.of(0));
    return x;
  }

  private void refused(String message, Executable use) {
    IOException thrown = assertThrows(IOException.class, use);
    assertEquals(message, thrown.getMessage().replace(folder.toString() + "/", ""));
  }

  // ---- IDX

  private static byte[] idx(int magic, int[] dims, int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * dims.length + values.length).putInt(magic);
    Arrays.stream(dims).forEach(bytes::putInt);
    Arrays.stream(values).forEach(v -> bytes.put((byte) v));
    return bytes.array();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static final byte[] IMAGES =
      idx(0x803, new int[] {2, 2, 3}, 0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6);
  private static final byte[] LABELS = idx(0x801, new int[] {2}, 7, 200);

  private Path file(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  @Test
  void idxFilesPlainAndGzipped() throws IOException {
    file("train-images-idx3-ubyte", IMAGES);
    file("train-labels-idx1-ubyte", LABELS);
    file("t10k-images-idx3-ubyte.gz", gzip(IMAGES));
    file("t10k-labels-idx1-ubyte.gz", gzip(LABELS));
    for (IdxDataset data : List.of(IdxDataset.train(folder), IdxDataset.test(folder))) {
      assertEquals(2, data.size());
      assertEquals(Shape.of(1, 2, 3), data.shape());
      assertEquals(7, data.label(0));
      assertEquals(200, data.label(1));
      assertEquals(201, data.classes().size());
      assertArrayEquals(new float[] {0, 0.2f, 0.4f, 0.6f, 0.8f, 1}, read(data, 0));
      assertEquals(4 / 255f, read(data, 1)[3]);
    }
  }

  @Test
  void idxFilesThatAreNone() throws IOException {
    Path images = file("images", IMAGES);
    Path labels = file("labels", LABELS);
    Path other = folder.resolve("other");
    refused("other: no such file", () -> IdxDataset.of(other, labels));
    refused(
        folder + ": holds neither train-images-idx3-ubyte nor train-images-idx3-ubyte.gz",
        () -> IdxDataset.train(folder));
    refused(
        "labels: begins with 00000801; an IDX file of images begins with 00000803",
        () -> IdxDataset.of(labels, labels));
    refused(
        "images: begins with 00000803; an IDX file of labels begins with 00000801",
        () -> IdxDataset.of(images, images));
    Files.write(other, new byte[] {0, 0, 8});
    refused("other: 3 bytes are no IDX file of images", () -> IdxDataset.of(other, labels));
    Files.write(other, new byte[0]);
    refused("other: 0 bytes are no IDX file of images", () -> IdxDataset.of(other, labels));
    Files.write(other, Arrays.copyOf(IMAGES, 10));
    refused("other: cut short within its header", () -> IdxDataset.of(other, labels));
    Files.write(other, Arrays.copyOf(IMAGES, IMAGES.length - 1));
    refused(
        "other: its header claims [2, 2, 3], 12 bytes of values, and there are 11",
        () -> IdxDataset.of(other, labels));
    Files.write(other, Arrays.copyOf(IMAGES, IMAGES.length + 1));
    refused(
        "other: its header claims [2, 2, 3], 12 bytes of values, and there are more",
        () -> IdxDataset.of(other, labels));
    Files.write(other, idx(0x803, new int[] {1 << 30, 1 << 30, 2}));
    refused(
        "other: its header claims [1073741824, 1073741824, 2] values; it looks damaged",
        () -> IdxDataset.of(other, labels));
    Files.write(other, idx(0x803, new int[] {-1, 2, 3}));
    refused(
        "other: its header claims [-1, 2, 3] values; it looks damaged",
        () -> IdxDataset.of(other, labels));
    Files.write(other, idx(0x801, new int[] {3}, 1, 2, 3));
    refused("other: holds 3 labels for the 2 images of images", () -> IdxDataset.of(images, other));
  }

  @Test
  void gzippedIdxFilesThatAreDamaged() throws IOException {
    Path labels = file("labels", LABELS);
    byte[] whole = gzip(IMAGES);
    Path other = file("other", Arrays.copyOf(whole, whole.length - 12));
    refused("other: its gzip data are cut short", () -> IdxDataset.of(other, labels));
    whole[whole.length - 6] ^= 1;
    Files.write(other, whole);
    refused(
        "other: its gzip data are damaged: Corrupt GZIP trailer",
        () -> IdxDataset.of(other, labels));
  }

  @Test
  void idxClassesCanBeNamed() throws IOException {
    IdxDataset data = IdxDataset.of(file("i", IMAGES), file("l", idx(0x801, new int[] {2}, 9, 0)));
    assertEquals("Bag", data.withClasses(IdxDataset.FASHION_MNIST).classes().get(8));
    assertEquals(
        "idx_dataset: 2 names for 10 classes: " + folder.resolve("i"),
        assertThrows(IllegalArgumentException.class, () -> data.withClasses(List.of("a", "b")))
            .getMessage());
  }

  // ---- CIFAR

  private static byte[] cifar(int records, int labelBytes, int firstLabel) {
    byte[] bytes = new byte[records * (labelBytes + 3072)];
    for (int i = 0; i < records; i++) {
      int at = i * (labelBytes + 3072);
      bytes[at + labelBytes - 1] = (byte) (firstLabel + i);
      bytes[at + labelBytes] = (byte) 255;
      bytes[at + labelBytes + 3071] = (byte) (51 * i);
    }
    return bytes;
  }

  @Test
  void cifar10() throws IOException {
    for (int i = 1; i <= 5; i++) {
      file("data_batch_" + i + ".bin", cifar(i, 1, i));
    }
    file("test_batch.bin", cifar(2, 1, 8));
    CifarDataset train = CifarDataset.cifar10(folder, true);
    assertEquals(15, train.size());
    assertEquals(Shape.of(3, 32, 32), train.shape());
    // The files hold 1, 2, … 5 records: record 2 of the fourth file is number 6 + 2.
    assertEquals(6, train.label(8));
    assertEquals("frog", train.classes().get(train.label(8)));
    assertEquals(1, read(train, 8)[0]);
    assertEquals(0.4f, read(train, 8)[3071]);
    assertEquals(folder.resolve("data_batch_4.bin") + ", record 2", train.describe(8));
    assertEquals(9, CifarDataset.cifar10(folder, false).label(1));
  }

  @Test
  void cifar100() throws IOException {
    file("train.bin", cifar(3, 2, 97));
    CifarDataset numbered = CifarDataset.cifar100(folder, true);
    assertEquals(99, numbered.label(2));
    assertEquals("99", numbered.classes().get(99));
    Files.write(
        folder.resolve("fine_label_names.txt"),
        TensorDataset.numbered(100).stream().map(n -> "kind " + n).toList());
    assertEquals("kind 99", CifarDataset.cifar100(folder, true).classes().get(99));
    Files.writeString(folder.resolve("fine_label_names.txt"), "apple\n");
    refused(
        "fine_label_names.txt: names 1 classes, not 100",
        () -> CifarDataset.cifar100(folder, true));
  }

  @Test
  void cifarFilesThatAreNone() throws IOException {
    refused("test_batch.bin: no such file", () -> CifarDataset.cifar10(folder, false));
    file("test_batch.bin", new byte[5000]);
    refused(
        "test_batch.bin: its 5,000 bytes are no whole number of records of 3,073; it is cut short,"
            + " or no CIFAR-10 file",
        () -> CifarDataset.cifar10(folder, false));
    file("test_batch.bin", cifar(2, 1, 9));
    refused(
        "test_batch.bin: record 1 has label 10, and there are 10 classes; it looks damaged",
        () -> CifarDataset.cifar10(folder, false));
  }

  // ---- images

  @Test
  void imageFolders() throws IOException {
    for (String name : List.of("ants/a.png", "bees/b.png")) {
      BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
      image.setRGB(0, 0, 0x336699);
      image.setRGB(20, 20, 0xff0000);
      Files.createDirectories(folder.resolve(name).getParent());
      ImageIO.write(image, "png", folder.resolve(name).toFile());
    }
    ImageFolder images = ImageFolder.of(folder);
    Dataset middle = new ImageFolderDataset(images, Preprocessing.CIFAR);
    assertEquals(List.of("ants", "bees"), middle.classes());
    assertEquals(1, middle.label(1));
    assertArrayEquals(
        Preprocessing.CIFAR.apply(ImageReader.read(folder.resolve("bees/b.png"))), read(middle, 1));
    Dataset whole = new ImageFolderDataset(images, new RandomResizedCrop(40, 1, 1, 1, 1));
    assertEquals(Shape.of(3, 40, 40), whole.shape());
    float[] x = read(whole, 0);
    assertEquals(0.2f, x[0]);
    assertEquals(0.4f, x[1600]);
    assertEquals(0.6f, x[3200]);
    assertEquals(1, x[20 * 40 + 20]);
  }

  @Test
  void anImageThatIsNoneIsNamed() throws IOException {
    Files.createDirectories(folder.resolve("ants"));
    Files.writeString(folder.resolve("ants/a.jpg"), "to do");
    DataLoader loader =
        new DataLoader(new ImageFolderDataset(ImageFolder.of(folder), Preprocessing.CIFAR), 1);
    assertEquals(
        "data_loader: "
            + folder.resolve("ants/a.jpg")
            + ": not an image; JPEG, PNG, BMP and GIF are read",
        assertThrows(DataException.class, () -> loader.epoch(0).next()).getMessage());
    Dataset data = loader.dataset();
    Files.delete(folder.resolve("ants/a.jpg"));
    assertEquals(
        "data_loader: " + folder.resolve("ants/a.jpg") + ": no such file",
        assertThrows(DataException.class, () -> new DataLoader(data, 1).epoch(0).next())
            .getMessage());
  }

  // ---- parts

  @Test
  void heldOutExamplesAreNotTrainedOn() throws IOException {
    Dataset data = new TensorDataset(Tensor.arange(50).reshape(50, 1), new int[50]);
    Dataset.Split split = data.holdOut(20, 1);
    assertEquals(30, split.train().size());
    assertEquals(20, split.heldOut().size());
    Set<Float> seen = new HashSet<>();
    for (Dataset part : List.of(split.train(), split.heldOut())) {
      for (int i = 0; i < part.size(); i++) {
        assertTrue(seen.add(read(part, i)[0]));
      }
    }
    assertEquals(50, seen.size());
    assertEquals(read(split.train(), 3)[0], read(data.holdOut(20, 1).train(), 3)[0]);
    assertEquals("example 7", data.subset(9, 7).describe(1));
  }
}
