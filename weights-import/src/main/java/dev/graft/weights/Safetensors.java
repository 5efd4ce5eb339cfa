package dev.graft.weights;

import dev.graft.tensor.StateDict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes safetensors, which every framework reads. {@link Weights} reads them back. */
public final class Safetensors {
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
   * larger elements first, then by name. Tied weights are written once for each name, since the
   * format lets no two tensors share bytes.
   *
   * @param path where to; a file that is there is replaced
   * @param weights the tensors
   * @param metadata texts by name that travel with them; may be empty
   * @param dtype {@link DType#F32}, or {@link DType#F16} or {@link DType#BF16} for half the size;
   *     scalars, which count things, stay F32 even then
   * @throws IOException if the file cannot be written
   * @throws IllegalArgumentException if dtype is another one, a tensor has the name {@code
   *     __metadata__}, or a value is too large for the type (F16: beyond 65,504)
   */
  public static void write(Path path, StateDict weights, Map<String, String> metadata, DType dtype)
      throws IOException {
    if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
      throw new IllegalArgumentException(
          "safetensors: cannot write " + dtype + ": choose F32, F16 or BF16");
    }
    List<Outgoing> tensors = new ArrayList<>();
    weights
        .tensors()
        .forEach((name, tensor) ->
            tensors.add(Outgoing.of(name, tensor, tensor.rank() == 0 ? DType.F32 : dtype)));
    SafetensorsHeader header = new SafetensorsHeader(tensors, metadata);
    FileReplacement.write(path, channel -> write(new ByteSink(channel, TorchSave.SILENT), header));
  }

  static void write(ByteSink sink, SafetensorsHeader header) throws IOException {
    byte[] start = header.bytes();
    sink.write(start, start.length);
    for (Outgoing tensor : header.inFile()) {
      tensor.elements().write(sink);
    }
  }
}
