package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.graft.tensor.Rng;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightFileTest {
  @TempDir private Path folder;

  @Test
  void everyFormatHasASample() {
    assertEquals(
        // npy holds a single array without a name
        Weights.FORMATS.stream().map(WeightFormat::name).filter(n -> !n.equals("npy")).toList(),
        Stream.of(SampleFile.values()).map(SampleFile::format).toList());
  }

  @ParameterizedTest
  @EnumSource
  void everyFormatHoldsTheSame(SampleFile sample) throws IOException {
    try (WeightFile file = WeightBytes.open(sample.bytes())) {
      assertEquals(sample.format(), file.format());
      assertEquals("[w F32 [2, 3], b F32 [2]]", file.entries().toString());
      assertEquals(24, file.entries().getFirst().bytes());
      assertEquals(8, file.numel());
      StateDict weights = file.read();
      assertEquals("[2, 3]", weights.get("w").shape().toString());
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, weights.get("w").toArray());
      assertArrayEquals(new float[] {7, 8}, weights.get("b").toArray());
    }
  }

  @Test
  void contentsDecideAndNamesDoNot() throws IOException {
    Path path = folder.resolve("weights.safetensors");
    Files.write(path, WeightBytes.smallZip());
    try (WeightFile file = Weights.open(path)) {
      assertEquals("torch zip", file.format());
      String text = file.toString();
      assertTrue(text.startsWith("torch zip, 2 tensors, 8 values: "), text);
      assertTrue(text.endsWith("\n  w F32 [2, 3]\n  b F32 [2]"), text);
    }
  }

  @Test
  void streamsAreReadToo() throws IOException {
    byte[] bytes = WeightBytes.smallSafetensors();
    StateDict weights = Weights.load("resource", new ByteArrayInputStream(bytes));
    assertArrayEquals(new float[] {7, 8}, weights.get("b").toArray());
    assertEquals("pt", weights.metadata().get("format"));
  }

  @ParameterizedTest
  @EnumSource
  void everyFormatReadsIntoTensorsThatAreThere(SampleFile sample) throws IOException {
    Path path = folder.resolve("file");
    Files.write(path, sample.bytes());
    Tensor plain = Tensor.zeros(2, 3);
    Tensor turned = Tensor.zeros(3, 2).permute(1, 0);
    Tensor part = Tensor.zeros(5).narrow(0, 1, 2);
    try (WeightFile file = Weights.open(path)) {
      file.readInto(Map.of("w", plain, "b", part));
      file.readInto(Map.of("w", turned));
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, plain.toArray());
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, turned.toArray());
      assertArrayEquals(new float[] {0, 7, 8, 0, 0}, part.view().array());
      assertEquals(1, plain.view().buffer().changes());
    }
  }

  @Test
  void whatDoesNotFitIsNotReadInto() throws IOException {
    try (WeightFile file = WeightBytes.open(WeightBytes.smallZip())) {
      Tensor w = Tensor.zeros(2, 3);
      Map<String, Tensor> targets = new LinkedHashMap<>(Map.of("w", w));
      targets.put("b", Tensor.zeros(3));
      String message =
          assertThrows(WeightFormatException.class, () -> file.readInto(targets)).getMessage();
      assertTrue(message.endsWith("tensor b F32 [2] does not fit into [3]"), message);
      assertArrayEquals(new float[6], w.toArray());
      assertThrows(WeightFormatException.class, () -> file.readInto(Map.of("c", w)));
    }
  }

  /** Large ones are decoded in pieces, on several threads. */
  @Test
  void largeTensorsAreReadIntoTheirPlaces() throws IOException {
    Tensor large = Tensor.randn(Rng.of(5), 3, 1 << 20);
    Tensor small = Tensor.randn(Rng.of(6), 5000);
    for (boolean pth : new boolean[] {true, false}) {
      Path path = folder.resolve(pth ? "large.pth" : "large.safetensors");
      StateDict state = new StateDict().put("small", small).put("large", large);
      if (pth) {
        TorchSave.write(path, state);
      } else {
        Safetensors.write(path, state);
      }
      Tensor into = Tensor.zeros(3, 1 << 20);
      Tensor second = Tensor.zeros(5000);
      try (WeightFile file = Weights.open(path)) {
        file.readInto(Map.of("large", into, "small", second));
      }
      assertArrayEquals(large.toArray(), into.toArray());
      assertArrayEquals(small.toArray(), second.toArray());
    }
  }

  /** On all threads together: the file's bytes become the tensors' values, and nothing else. */
  @Test
  void readingIntoTensorsTakesNoSecondModel() throws IOException {
    Tensor large = Tensor.zeros(16, 1 << 20);
    Path path = folder.resolve("model.pth");
    TorchSave.write(path, new StateDict().put("w", large));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (WeightFile file = Weights.open(path)) {
      file.readInto(Map.of("w", large)); // classes that load for the first time count, too
      long before = threads.getTotalThreadAllocatedBytes();
      file.readInto(Map.of("w", large));
      long allocated = threads.getTotalThreadAllocatedBytes() - before;
      assertTrue(allocated < 4 << 20, allocated + " bytes for a model of 64 MB");
    }
  }

  @Test
  void readingByNameAndAfterClosing() throws IOException {
    WeightFile file = WeightBytes.open(WeightBytes.smallZip());
    String message = assertThrows(WeightFormatException.class, () -> file.read("c")).getMessage();
    assertTrue(message.contains("no tensor \"c\""), message);
    file.close();
    file.close();
    assertThrows(IllegalStateException.class, () -> file.read("w"));
  }

  @Test
  void closingUnmapsTheFile() throws IOException {
    Path path = folder.resolve("w.pt");
    Files.write(path, WeightBytes.smallZip());
    WeightFile file = Weights.open(path);
    boolean linux = Files.exists(Path.of("/proc/self/maps"));
    assertEquals(linux, mapped(path));
    file.close();
    assertEquals(false, mapped(path));
    Files.write(path, new byte[] {'P', 'K', 3, 4});
    assertThrows(WeightFormatException.class, () -> Weights.open(path));
    assertEquals(false, mapped(path), "a refused file is unmapped, too");
  }

  private static boolean mapped(Path path) throws IOException {
    Path maps = Path.of("/proc/self/maps");
    return Files.exists(maps)
        && Files.readString(maps, StandardCharsets.UTF_8).contains(path.toRealPath().toString());
  }

  @Test
  void whatIsNoFileIsRefused() {
    assertThrows(WeightFormatException.class, () -> Weights.open(folder));
    String message =
        assertThrows(WeightFormatException.class, () -> Weights.open(folder.resolve("absent.pt")))
            .getMessage();
    assertTrue(message.endsWith("absent.pt: there is no such file"), message);
  }

  @Test
  void filesOfOtherKindsAreTold() {
    assertTrue(refusal("<html>").contains("web page"));
    assertTrue(refusal("version https://git-lfs.github.com/spec/v1").contains("git lfs pull"));
    assertTrue(refusal("x".repeat(257) + "ustar").contains("tar"));
    assertTrue(refusal("PK\u0005\u0006").contains("zip"));
    assertTrue(refusal("\u0080\u0002}.").contains("pickle"));
    assertTrue(refusal("BZh91AY&SY").contains("bzip2"));
    assertTrue(refusal("GGUF\u0003\0\0\0").contains("language model"));
    assertTrue(refusal("x").contains("only 1 bytes"));
    assertTrue(refusal("something else").contains("these are: npz, keras archive, torch zip,"));
  }

  private static String refusal(String start) {
    return WeightBytes.refusal(start.getBytes(StandardCharsets.ISO_8859_1));
  }

  /**
   * The file is sparse: it takes no room on the disk where the file system can do that. Windows'
   * would write two gigabytes, which a test must not do to somebody's disk.
   */
  @Test
  @DisabledOnOs(
      value = OS.WINDOWS,
      disabledReason = "NTFS fills the hole with 2 GiB of zeros unless told otherwise")
  void filesOverTwoGigabytesAreRead() throws IOException {
    long big = (1L << 31) + 5;
    String header =
        "{\"big\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},".formatted(big, big)
            + "\"last\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}}"
                .formatted(big, big + 8);
    byte[] start = WeightBytes.safetensors(header, new byte[0]);
    Path path = folder.resolve("big.safetensors");
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(start));
      channel.write(ByteBuffer.wrap(WeightBytes.floats(1, 2)), start.length + big);
    }
    try (WeightFile file = Weights.open(path)) {
      assertArrayEquals(new float[] {1, 2}, file.decode("last"));
      String message =
          assertThrows(WeightFormatException.class, () -> file.read("big")).getMessage();
      assertTrue(message.contains("one array"), message);
    }
  }
}
