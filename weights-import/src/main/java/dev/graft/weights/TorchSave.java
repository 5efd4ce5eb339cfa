package dev.graft.weights;

import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Writes what PyTorch's {@code torch.save(model.state_dict(), "weights.pth")} writes: a file that
 * {@code torch.load} reads, also with {@code weights_only=True}. {@link Weights} reads it back.
 */
public final class TorchSave {
  /** As torch calls it where it saves to memory. */
  private static final String FOLDER = "archive/";

  private static final String COUNTER = "num_batches_tracked";

  /** Sizes and places in a zip archive from here on take zip64 records. */
  static final long ZIP_LIMIT = 0xffff_ffffL;

  /** What writing a long file is worth telling about. */
  static final LongConsumer SILENT = bytes -> {};

  private TorchSave() {}

  /**
   * Writes a state dict as float32; batch norm's counters ({@code num_batches_tracked}) as the
   * 64-bit integers that they are in PyTorch. Names with one and the same tensor (tied weights)
   * share one storage. The state dict's metadata have no place in this format and are left out.
   *
   * <p>The file is written beside its place under another name and moved there when it is whole; a
   * file that was there before survives a failure.
   *
   * @param path where to; a file that is there is replaced
   * @throws IOException if the file cannot be written
   */
  public static void write(Path path, StateDict weights) throws IOException {
    List<Outgoing> tensors = new ArrayList<>();
    weights
        .tensors()
        .forEach((name, tensor) -> tensors.add(Outgoing.of(name, tensor, dtype(name, tensor))));
    FileReplacement.write(
        path, channel -> write(new ByteSink(channel, SILENT), tensors, ZIP_LIMIT));
  }

  private static DType dtype(String name, Tensor tensor) {
    boolean counter = name.equals(COUNTER) || name.endsWith("." + COUNTER);
    return counter && tensor.numel() == 1 && tensor.toArray()[0] % 1 == 0 ? DType.I64 : DType.F32;
  }

  /** Writes tensors of types that torch has storages for. */
  static void write(ByteSink sink, List<Outgoing> tensors, long zipLimit) throws IOException {
    Map<Object, Integer> storageOf = new HashMap<>();
    List<Outgoing> storages = new ArrayList<>();
    for (Outgoing tensor : tensors) {
      if (storageOf.putIfAbsent(tensor.tie(), storages.size()) == null) {
        storages.add(tensor);
      }
    }
    ZipWriter zip = new ZipWriter(sink, zipLimit);
    zip.add(FOLDER + "data.pkl", PickleWriter.stateDict(tensors, storageOf));
    zip.add(FOLDER + "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < storages.size(); i++) {
      Outgoing storage = storages.get(i);
      zip.add(FOLDER + "data/" + i, storage.bytes(), out -> storage.elements().write(out));
    }
    zip.add(FOLDER + "version", "3\n".getBytes(StandardCharsets.US_ASCII));
    zip.finish();
  }
}
