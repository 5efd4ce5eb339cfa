package dev.graft.weights;

import static dev.graft.weights.WeightBytes.floats;
import static dev.graft.weights.WeightBytes.open;
import static dev.graft.weights.WeightBytes.refusal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.weights.Hdf5Bytes.Data;
import dev.graft.weights.Hdf5Bytes.Group;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class KerasHdf5Test {
  private static Data vector(float... values) {
    return new Data(Hdf5Bytes.float32(), new long[] {values.length}, floats(values));
  }

  /** Layers in another order than their names, as Keras lists them. */
  private static Group layers() {
    Group inner = new Group().add("bias:0", vector(2)).add("kernel:0", vector(1));
    Group conv = new Group().attribute("weight_names", "z/kernel:0", "z/bias:0").add("z", inner);
    Group dense = new Group().attribute("weight_names", "a/kernel:0");
    dense.add("a", new Group().add("kernel:0", vector(3)));
    Group empty = new Group();
    return new Group()
        .attribute("layer_names", "z", "relu", "a")
        .attribute("keras_version", "2.9.0")
        .add("a", dense)
        .add("relu", empty)
        .add("z", conv);
  }

  /** A table of chunks, a chunk alone, and chunks in a row. */
  @Test
  void newerChunksAreRead() throws IOException {
    try (WeightFile file = WeightBytes.open(Hdf5Seeds.newerChunks())) {
      assertEquals(
          "[fixed F32 [2, 3], single F32 [2, 3], row F32 [2, 3]]", file.entries().toString());
      for (WeightEntry entry : file.entries()) {
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, file.decode(entry.name()), entry.name());
      }
    }
  }

  @Test
  void layersComeInKerassOrder() throws IOException {
    try (WeightFile file = open(Hdf5Bytes.file(layers()))) {
      assertEquals("keras hdf5", file.format());
      assertEquals(
          List.of("z/z/kernel:0", "z/z/bias:0", "a/a/kernel:0"),
          file.entries().stream().map(WeightEntry::name).toList());
      assertArrayEquals(new float[] {3}, file.decode("a/a/kernel:0"));
      assertEquals("2.9.0", file.metadata().get("keras_version"));
    }
  }

  @Test
  void wholeModelsKeepTheirWeightsInside() throws IOException {
    Group model =
        new Group()
            .attribute("model_config", "{}")
            .add("model_weights", layers())
            .add("optimizer_weights", new Group().add("m", vector(9)));
    try (WeightFile file = open(Hdf5Bytes.file(model))) {
      assertEquals(List.of("model_weights"), file.wrapping());
      assertEquals(List.of("optimizer_weights"), file.skipped());
      assertEquals(3, file.entries().size());
      assertEquals("{}", file.metadata().get("model_config"));
    }
  }

  @Test
  void listsInPartsAreJoined() throws IOException {
    Group group = new Group().attribute("layer_names0", "b").attribute("layer_names1", "a");
    for (String name : List.of("a", "b")) {
      group.add(name, new Group().attribute("weight_names", "w").add("w", vector(1)));
    }
    try (WeightFile file = open(Hdf5Bytes.file(group))) {
      assertEquals("[b/w F32 [1], a/w F32 [1]]", file.entries().toString());
    }
  }

  @Test
  void otherTypesAndByteOrders() throws IOException {
    byte[] half = ByteBuffer.allocate(2).putShort(Float.floatToFloat16(1.5f)).array();
    Group group =
        new Group()
            .add("half", new Data(Hdf5Bytes.floating(2, 1, 10, 5, 15), new long[] {1}, half))
            .add(
                "brain",
                new Data(Hdf5Bytes.floating(2, 0, 7, 8, 127), new long[0], bytes(0x80, 0x3f)))
            .add(
                "count",
                new Data(Hdf5Bytes.integer(4, true), new long[] {1}, bytes(255, 255, 255, 255)))
            .add("byte", new Data(Hdf5Bytes.integer(1, false), new long[] {2}, bytes(1, 255)))
            .add("text", new Data(Hdf5Bytes.text(2), new long[] {1}, bytes('h', 'i')))
            .add("none", new Data(Hdf5Bytes.float32(), new long[] {0, 3}, new byte[0]));
    try (WeightFile file = open(Hdf5Bytes.file(group))) {
      assertEquals(
          "[half F16 [1], brain BF16 [], count I32 [1], byte U8 [2], none F32 [0, 3]]",
          file.entries().toString());
      assertArrayEquals(new float[] {1.5f}, file.decode("half"));
      assertArrayEquals(new float[] {1}, file.decode("brain"));
      assertArrayEquals(new float[] {-1}, file.decode("count"));
      assertArrayEquals(new float[] {1, 255}, file.decode("byte"));
      assertEquals(List.of("text"), file.skipped());
    }
    Data compound = new Data(bytes(0x16, 0, 0, 0, 8, 0, 0, 0), new long[] {1}, new byte[8]);
    String message = refusal(Hdf5Bytes.file(new Group().add("c", compound)));
    assertTrue(message.contains("\"c\" has elements of type compound of 8 bytes"), message);
  }

  @Test
  void chunksAreUnshuffledAndInflated() throws IOException {
    byte[] bytes = Hdf5Bytes.file(new Group().add("c", Hdf5Bytes.chunked()));
    try (WeightFile file = open(bytes)) {
      assertArrayEquals(new float[] {1, 2, 3}, file.decode("c"));
    }
    Hdf5Bytes.Chunked missing = new Hdf5Bytes.Chunked(5, new float[] {1, 2}, new float[] {3, 4});
    String message = refusal(Hdf5Bytes.file(new Group().add("c", missing)));
    assertTrue(message.contains("has 2 chunks, where its shape takes 3"), message);
    Hdf5Bytes.Chunked large = new Hdf5Bytes.Chunked(1 << 24, new float[] {1, 2});
    message = refusal(Hdf5Bytes.file(new Group().add("c", large)));
    assertTrue(message.contains("would decompress to 67,108,864 bytes"), message);
  }

  @Test
  void groupsOfTheNewerKind() throws IOException {
    try (WeightFile file = open(NewerHdf5Bytes.small())) {
      assertEquals("[near F32 [2], far F32 [2]]", file.entries().toString());
      assertArrayEquals(new float[] {7, 8}, file.decode("far"));
      assertEquals("hello", file.metadata().get("text"));
    }
  }

  @Test
  void dataBeforeTheSuperblockAreStrange() {
    byte[] moved = new byte[512 + Hdf5Bytes.small().length];
    System.arraycopy(Hdf5Bytes.small(), 0, moved, 512, Hdf5Bytes.small().length);
    assertTrue(refusal(moved).contains("counts its addresses from byte 0"));
  }

  @Test
  void whatIsListedMustBeThere() {
    Group group = new Group().attribute("layer_names", "a", "b").add("a", new Group());
    assertTrue(refusal(Hdf5Bytes.file(group)).contains("layer \"b\""));
    group.add("b", new Group().attribute("weight_names", "w:0"));
    assertTrue(refusal(Hdf5Bytes.file(group)).contains("tensor \"w:0\" in layer \"b\""));
    group = new Group().attribute("layer_names", "a", "a");
    group.add("a", new Group().attribute("weight_names", "w").add("w", vector(1)));
    assertTrue(refusal(Hdf5Bytes.file(group)).contains("twice"));
  }

  @Test
  void wrongSizesAreRefused() {
    Data data = new Data(Hdf5Bytes.float32(), new long[] {3}, floats(1, 2));
    assertTrue(refusal(Hdf5Bytes.file(new Group().add("w", data))).contains("[3] of F32"));
    Data huge = new Data(Hdf5Bytes.float32(), new long[] {1L << 40, 1L << 40}, floats(1));
    refusal(Hdf5Bytes.file(new Group().add("w", huge)));
  }

  /** A group that is a member of itself: 1 KB that describe endless paths. */
  @Test
  void groupsInsideThemselvesEnd() {
    byte[] bytes = Hdf5Bytes.file(new Group().add("g", new Group().add("w", vector(1))));
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long root = file.getLong(64);
    int node = last(bytes, "SNOD");
    file.putLong(node + 16, root);
    assertTrue(refusal(bytes).contains("without end"));
  }

  private static int last(byte[] bytes, String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf(text);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
