package dev.graft.weights;

import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.UUID;

/** Writes safetensors, which every framework reads. {@link Weights} reads them back. */
public final class Safetensors {
  private static final int CHUNK = 1 << 18;

  private Safetensors() {}

  /**
   * Writes float32 with the state dict's own metadata.
   *
   * @throws IOException as {@link #write(Path, StateDict, Map, DType)}
   */
  public static void write(Path path, StateDict weights) throws IOException {
    write(path, weights, weights.metadata(), DType.F32);
  }

  /**
   * Writes float32 with the given metadata in place of the state dict's.
   *
   * @throws IOException as {@link #write(Path, StateDict, Map, DType)}
   */
  public static void write(Path path, StateDict weights, Map<String, String> metadata)
      throws IOException {
    write(path, weights, metadata, DType.F32);
  }

  /**
   * Writes a file. It is written beside its place under another name and moved there when it is
   * whole, so that nobody ever reads half a file, and a file that was there before survives a
   * failure.
   *
   * <p>The names keep the state dict's order; the values lie as the format's own writer lays them,
   * larger elements first, then by name.
   *
   * @param path where to; a file that is there is replaced
   * @param weights the tensors
   * @param metadata texts by name that travel with them; may be empty
   * @param dtype {@link DType#F32}, or {@link DType#F16} for half the size; scalars, which count
   *     things, stay F32 even then
   * @throws IOException if the file cannot be written
   * @throws IllegalArgumentException if dtype is another one, a tensor has the name {@code
   *     __metadata__}, or a value is too large for F16 (beyond 65,504)
   */
  public static void write(Path path, StateDict weights, Map<String, String> metadata, DType dtype)
      throws IOException {
    SafetensorsHeader header = new SafetensorsHeader(weights, metadata, dtype);
    Path target = path.toAbsolutePath();
    Path beside =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        writeAll(channel, header.bytes());
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        for (SafetensorsHeader.Slot slot : header.slots()) {
          Tensor tensor = weights.get(slot.name());
          writeTensor(channel, chunk, slot, tensor.toArray());
        }
        // Without this a power cut after the move could leave an empty file in the old one's place.
        channel.force(true);
      }
      move(beside, target);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void writeTensor(
      FileChannel channel, ByteBuffer chunk, SafetensorsHeader.Slot slot, float[] values)
      throws IOException {
    int perChunk = CHUNK / slot.dtype().bytes();
    for (int at = 0; at < values.length; at += perChunk) {
      int n = Math.min(perChunk, values.length - at);
      chunk.clear();
      if (slot.dtype() == DType.F32) {
        chunk.asFloatBuffer().put(values, at, n);
      } else {
        for (int i = 0; i < n; i++) {
          chunk.putShort(i * Short.BYTES, half(values[at + i], slot.name()));
        }
      }
      writeAll(channel, chunk.limit(n * slot.dtype().bytes()));
    }
  }

  private static short half(float value, String name) {
    short half = Float.floatToFloat16(value);
    if (Float.isFinite(value) && Float.isInfinite(Float.float16ToFloat(half))) {
      throw new IllegalArgumentException(
          "safetensors: \"%s\" holds %s, beyond float16's 65504; write F32".formatted(name, value));
    }
    return half;
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** UTF-8 with the header's length in front, padded with spaces to a multiple of eight. */
  static ByteBuffer framed(String json) throws IOException {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    int length = Math.ceilDiv(text.length, Long.BYTES) * Long.BYTES;
    if (length > SafetensorsFormat.LONGEST_HEADER) {
      throw new IOException(
          "safetensors: a header of %,d bytes: the format allows %,d"
              .formatted(length, SafetensorsFormat.LONGEST_HEADER));
    }
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(length).put(text);
    while (bytes.hasRemaining()) {
      bytes.put((byte) ' ');
    }
    return bytes.flip();
  }
}
