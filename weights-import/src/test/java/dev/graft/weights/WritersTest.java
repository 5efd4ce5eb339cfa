package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WritersTest {
  @TempDir private Path folder;

  private static StateDict weights() {
    Tensor tied = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    return new StateDict()
        .put("embed.weight", tied)
        .put("bn.num_batches_tracked", Tensor.scalar(7))
        .put("none", Tensor.of(new float[0], 0, 3))
        .put("head.weight", tied)
        .put("é", Tensor.of(new float[] {-0.5f}, 1));
  }

  @Test
  void torchFilesAreReadBackAndTiesHold() throws IOException {
    Path path = folder.resolve("w.pth");
    TorchSave.write(path, weights());
    try (WeightFile file = Weights.open(path)) {
      assertEquals("torch zip", file.format());
      assertEquals(
          "[embed.weight F32 [2, 3], bn.num_batches_tracked I64 [], none F32 [0, 3],"
              + " head.weight F32 [2, 3], é F32 [1]]",
          file.entries().toString());
      StateDict read = file.read();
      assertSame(read.get("embed.weight"), read.get("head.weight"));
      weights()
          .tensors()
          .forEach((name, tensor) ->
              assertArrayEquals(tensor.toArray(), read.get(name).toArray(), name));
    }
    assertEquals(4, count(Files.readAllBytes(path), "archive/data/") / 2, "one storage for two");
  }

  private static int count(byte[] bytes, String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1).split(text, -1).length - 1;
  }

  @Test
  void theSameWeightsAreTheSameBytes() throws IOException {
    TorchSave.write(folder.resolve("a"), weights());
    TorchSave.write(folder.resolve("b"), weights());
    assertEquals(-1, Files.mismatch(folder.resolve("a"), folder.resolve("b")));
    try (WeightFile file = Weights.open(folder.resolve("a"))) {
      assertTrue(file.mapped("embed.weight").bytes().address() % 64 == 0, "aligned as torch's");
    }
  }

  /** The limit of 32 bits brought down to 100 bytes, so that every record is a wide one. */
  @Test
  void wideRecordsAreReadBack() throws IOException {
    Path path = folder.resolve("wide.pth");
    List<Outgoing> tensors = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      float[] values = new float[50];
      Arrays.fill(values, i);
      tensors.add(Outgoing.of("t" + i, Tensor.of(values, 50), DType.F32));
    }
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      TorchSave.write(new ByteSink(channel, TorchSave.SILENT), tensors, 100);
    }
    StateDict read = Weights.load(path);
    for (int i = 0; i < 3; i++) {
      assertEquals(i, read.get("t" + i).toArray()[49]);
    }
  }

  @Test
  void manyTensorsGoInBatches() throws IOException {
    StateDict many = new StateDict();
    for (int i = 0; i < 2500; i++) {
      many.put("t" + i, Tensor.scalar(i));
    }
    TorchSave.write(folder.resolve("many.pth"), many);
    StateDict read = Weights.load(folder.resolve("many.pth"));
    assertEquals(List.copyOf(many.names()), List.copyOf(read.names()));
    assertEquals(2499f, read.get("t2499").item());
  }

  @ParameterizedTest
  @EnumSource
  void everyFormatConvertsToBoth(SampleFile sample) throws IOException {
    for (WeightConverter.Target target : WeightConverter.Target.values()) {
      Path path = folder.resolve(sample + "." + target);
      try (WeightFile file = WeightBytes.open(sample.bytes())) {
        new WeightConverter(target).write(file, path);
      }
      StateDict read = Weights.load(path);
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, read.get("w").toArray());
      assertArrayEquals(new float[] {7, 8}, read.get("b").toArray());
    }
  }

  @Test
  void typesStayWhatTheyAre() throws IOException {
    Map<String, byte[]> arrays = new LinkedHashMap<>();
    arrays.put("i", NumpyBytes.npy(1, ">i8", false, "(1,)", new byte[] {0, 1, 0, 0, 0, 0, 0, 1}));
    arrays.put("b", NumpyBytes.npy(1, "|b1", false, "(1,)", new byte[] {1}));
    arrays.put("d", NumpyBytes.npy(1, "<f8", true, "(2, 2)", doubles(1, 3, 2, 4)));
    arrays.put("h", NumpyBytes.npy(1, "<f2", false, "(1,)", new byte[] {0, 0x3c}));
    arrays.put("u", NumpyBytes.npy(1, "<u2", false, "(1,)", new byte[] {-1, -1}));
    Path safetensors = folder.resolve("s");
    Path torch = folder.resolve("t");
    Path halves = folder.resolve("h");
    try (WeightFile file = WeightBytes.open(NumpyBytes.npz(arrays))) {
      new WeightConverter(WeightConverter.Target.SAFETENSORS).write(file, safetensors);
      new WeightConverter(WeightConverter.Target.PTH).write(file, torch);
      new WeightConverter(WeightConverter.Target.SAFETENSORS)
          .withFloats(DType.BF16)
          .write(file, halves);
    }
    assertEquals("[i I64 [1], b BOOL [1], d F64 [2, 2], h F16 [1], u U16 [1]]", list(safetensors));
    assertEquals("[i I64 [1], b BOOL [1], d F64 [2, 2], h F16 [1], u I32 [1]]", list(torch));
    assertEquals("[i I64 [1], b BOOL [1], d BF16 [2, 2], h BF16 [1], u U16 [1]]", list(halves));
    for (Path path : List.of(safetensors, torch, halves)) {
      StateDict read = Weights.load(path);
      assertArrayEquals(new float[] {1, 2, 3, 4}, read.get("d").toArray());
      assertEquals(65535f, read.get("u").toArray()[0]);
    }
    try (WeightFile file = Weights.open(torch)) {
      assertEquals(
          0x0001000000000001L, // lost in float32
          file.mapped("i").bytes().get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
    }
  }

  private static byte[] doubles(double... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      bytes.putDouble(value);
    }
    return bytes.array();
  }

  private static String list(Path path) throws IOException {
    try (WeightFile file = Weights.open(path)) {
      return file.entries().toString();
    }
  }

  @Test
  void convertedSafetensorsSayTheirFramework() throws IOException {
    Path path = folder.resolve("x");
    try (WeightFile file = WeightBytes.open(OnnxBytes.small())) {
      new WeightConverter(WeightConverter.Target.SAFETENSORS).write(file, path);
    }
    assertEquals(
        Map.of("producer", "pytorch", "graph", "net", "format", "pt"),
        Weights.load(path).metadata());
  }

  @Test
  void brainFloatsRoundToEven() throws IOException {
    float[] values = {1, 1.00390625f, 1.01171875f, -1.0625f, Float.NaN, Float.NEGATIVE_INFINITY, 0};
    StateDict weights = new StateDict().put("w", Tensor.of(values, values.length));
    Path path = folder.resolve("b");
    Safetensors.write(path, weights, Map.of(), DType.BF16);
    assertArrayEquals(
        new float[] {1, 1, 1.015625f, -1.0625f, Float.NaN, Float.NEGATIVE_INFINITY, 0},
        Weights.load(path).get("w").toArray());
    StateDict large = new StateDict().put("w", Tensor.of(new float[] {Float.MAX_VALUE}, 1));
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> Safetensors.write(path, large, Map.of(), DType.BF16))
            .getMessage();
    assertEquals("write: \"w\" holds 3.4028235E38, beyond bfloat16's 3.39e38; write F32", message);
  }

  @Test
  void whatTorchHasNoStorageForIsRefused() throws IOException {
    byte[] bytes = NumpyBytes.npy(1, "<u8", false, "(1,)", new byte[8]);
    Path path = folder.resolve("u");
    try (WeightFile file = WeightBytes.open(bytes)) {
      String message =
          assertThrows(
                  WeightFormatException.class,
                  () -> new WeightConverter(WeightConverter.Target.PTH).write(file, path))
              .getMessage();
      assertTrue(message.contains("\"arr_0\" is U64"), message);
      assertThrows(
          IllegalArgumentException.class,
          () -> new WeightConverter(WeightConverter.Target.PTH).withFloats(DType.F64));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }
}
