package dev.graft.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.framework.Summary;
import org.tensorflow.util.Event;
import org.tensorflow.util.SessionLog;

/**
 * Reads the event files back: the frames by a reader of its own with a bitwise checksum, the
 * messages in them by TensorFlow's own classes.
 */
class TensorBoardLogTest {
  @TempDir Path folder;

  /** CRC-32C bit by bit: the polynomial of Castagnoli (1993), reflected. */
  private static int crc32c(byte[] bytes) {
    int crc = -1;
    for (byte b : bytes) {
      crc ^= b & 0xff;
      for (int i = 0; i < 8; i++) {
        crc = (crc & 1) != 0 ? crc >>> 1 ^ 0x82f63b78 : crc >>> 1;
      }
    }
    return ~crc;
  }

  private static int masked(byte[] bytes) {
    int crc = crc32c(bytes);
    return (crc >>> 15 | crc << 17) + 0xa282ead8;
  }

  private static List<Event> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[8];
      in.get(length);
      assertEquals(masked(length), in.getInt());
      long count = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
      byte[] record = new byte[Math.toIntExact(count)];
      in.get(record);
      assertEquals(masked(record), in.getInt());
      events.add(Event.parseFrom(record));
    }
    return events;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void checksumsAreThoseOfRfc3720() {
    assertEquals(0x8a9136aa, crc32c(new byte[32]));
    assertEquals(0xe3069283, crc32c("123456789".getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void aRecordIsFramedAsTensorFlowDoes() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] record = "brain".getBytes(StandardCharsets.US_ASCII);
    TfRecords.write(out, record);
    ByteBuffer expected = ByteBuffer.allocate(21).order(ByteOrder.LITTLE_ENDIAN);
    expected.putLong(5).putInt(masked(HexFormat.of().parseHex("0500000000000000")));
    expected.put(record).putInt(masked(record));
    assertArrayEquals(expected.array(), out.toByteArray());
  }

  @Test
  void scalarsAreReadBack() throws IOException {
    double before = System.currentTimeMillis() / 1000.0;
    try (TensorBoardLog log = new TensorBoardLog(folder)) {
      log.begin(0, 0);
      Map<String, Double> values = new LinkedHashMap<>();
      values.put("loss", 0.5);
      values.put("lr", 0.1);
      log.write(300, 1, "train", values);
      log.write(2_000_000_000, 2, "val", Map.of("accuracy", Double.NaN));
    }
    assertEquals(1, files().size());
    assertTrue(files().getFirst().getFileName().toString().contains("tfevents"));
    List<Event> events = read(files().getFirst());
    assertEquals(3, events.size());
    assertEquals("brain.Event:2", events.get(0).getFileVersion());
    assertTrue(events.get(0).getWallTime() >= before);
    assertEquals(300, events.get(1).getStep());
    List<Summary.Value> values = events.get(1).getSummary().getValueList();
    assertEquals(2, values.size());
    assertEquals("train/loss", values.get(0).getTag());
    assertEquals(0.5f, values.get(0).getSimpleValue());
    assertEquals("train/lr", values.get(1).getTag());
    assertEquals(0.1f, values.get(1).getSimpleValue());
    assertEquals(2_000_000_000, events.get(2).getStep());
    assertEquals("val/accuracy", events.get(2).getSummary().getValue(0).getTag());
    assertTrue(Float.isNaN(events.get(2).getSummary().getValue(0).getSimpleValue()));
    // TensorFlow would write the same bytes: nothing was left over, nothing is out of order.
    for (Event event : events) {
      assertEquals(0, event.getUnknownFields().getSerializedSize());
    }
  }

  @Test
  void aResumedRunForgetsWhatCameAfterTheCheckpoint() throws IOException {
    try (TensorBoardLog log = new TensorBoardLog(folder)) {
      log.begin(0, 0);
      for (int step = 1; step <= 5; step++) {
        log.write(step, 1, "train", Map.of("loss", 1.0 * step));
      }
    }
    try (TensorBoardLog log = new TensorBoardLog(folder)) {
      log.begin(3, 0);
      log.write(4, 1, "train", Map.of("loss", 40.0));
    }
    assertEquals(2, files().size());
    assertEquals("{train/loss={1=1.0, 2=2.0, 3=3.0, 4=40.0}}", shown().toString());
    try (TensorBoardLog log = new TensorBoardLog(folder)) {
      log.begin(0, 0);
    }
    assertEquals("{train/loss={}}", shown().toString());
  }

  /** What TensorBoard shows: files by name, a session's start dropping its step and later ones. */
  private Map<String, Map<Long, Float>> shown() throws IOException {
    Map<String, Map<Long, Float>> shown = new TreeMap<>();
    for (Path file : files()) {
      for (Event event : read(file)) {
        if (event.getSessionLog().getStatus() == SessionLog.SessionStatus.START) {
          shown.values().forEach(points -> points.keySet().removeIf(s -> s >= event.getStep()));
        }
        for (Summary.Value value : event.getSummary().getValueList()) {
          shown
              .computeIfAbsent(value.getTag(), tag -> new TreeMap<>())
              .put(event.getStep(), value.getSimpleValue());
        }
      }
    }
    return shown;
  }

  @Test
  void aRunIsLoggedWhole() throws IOException {
    Toy.trainer(Toy.network(1))
        .withLog(new TensorBoardLog(folder))
        .withLogEvery(13)
        .fit(Toy.trainLoader(), Toy.heldOut(), 2);
    Map<String, Map<Long, Float>> shown = shown();
    assertEquals(
        List.of(
            "epoch/accuracy",
            "epoch/images_per_second",
            "epoch/loss",
            "epoch/lr",
            "epoch/top5",
            "train/loss",
            "train/lr",
            "val/accuracy",
            "val/loss",
            "val/top5"),
        List.copyOf(shown.keySet()));
    shown.values().forEach(points -> assertEquals(List.of(13L, 26L), List.copyOf(points.keySet())));
  }
}
