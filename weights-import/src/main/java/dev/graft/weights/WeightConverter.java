package dev.graft.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Writes an open weight file in another format. Tensors go over one by one, so the memory that it
 * takes is the largest tensor's, not the file's. Elements whose type stays the same are copied as
 * they are; integers and booleans always stay what they are where the format has them.
 *
 * <pre>{@code
 * try (WeightFile in = Weights.open(Path.of("resnet50.pth"))) {
 *   new WeightConverter(WeightConverter.Target.SAFETENSORS).write(in, Path.of("resnet50.safetensors"));
 * }
 * }</pre>
 */
public final class WeightConverter {
  /** The formats that are written. */
  public enum Target {
    /** Hugging Face's safetensors. */
    SAFETENSORS,
    /** PyTorch's, as torch.save writes since 1.6. */
    PTH
  }

  /** transformers refuses safetensors that do not say for which framework they were written. */
  private static final String FRAMEWORK = "format";

  private final Target target;
  private final DType floats;
  private final LongConsumer progress;

  /** Into that format, each tensor in the type that it has. */
  public WeightConverter(Target target) {
    this(target, null, TorchSave.SILENT);
  }

  private WeightConverter(Target target, DType floats, LongConsumer progress) {
    this.target = target;
    this.floats = floats;
    this.progress = progress;
  }

  /**
   * The same, with all floating-point tensors written as {@code dtype}.
   *
   * @param dtype {@link DType#F32}, {@link DType#F16} or {@link DType#BF16}
   * @throws IllegalArgumentException if it is another one
   */
  public WeightConverter withFloats(DType dtype) {
    if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
      throw new IllegalArgumentException(
          "convert: cannot write " + dtype + ": choose F32, F16, BF16");
    }
    return new WeightConverter(target, dtype, progress);
  }

  /** The same, with {@code consumer} told now and then how many bytes have been written. */
  public WeightConverter withProgress(LongConsumer consumer) {
    return new WeightConverter(target, floats, consumer);
  }

  /**
   * Writes all tensors of a file under the names that it is read with; safetensors get its metadata
   * as well. The file is written beside its place and moved there when it is whole.
   *
   * @param path where to; a file that is there is replaced
   * @throws WeightFormatException if the format has no type for a tensor's elements
   * @throws IOException if the file cannot be written
   * @throws IllegalArgumentException if a value is too large for the type asked for
   */
  public void write(WeightFile in, Path path) throws IOException {
    List<Outgoing> tensors = new ArrayList<>();
    for (WeightEntry entry : in.entries()) {
      tensors.add(Outgoing.of(entry.name(), in, dtype(entry, in)));
    }
    if (target == Target.PTH) {
      FileReplacement.write(
          path,
          channel ->
              TorchSave.write(new ByteSink(channel, progress), tensors, TorchSave.ZIP_LIMIT));
      return;
    }
    Map<String, String> metadata = new LinkedHashMap<>(in.metadata());
    metadata.putIfAbsent(FRAMEWORK, "pt");
    SafetensorsHeader header = new SafetensorsHeader(tensors, metadata);
    FileReplacement.write(
        path, channel -> Safetensors.write(new ByteSink(channel, progress), header));
  }

  /** The number of bytes that all tensors take once written. */
  public long bytes(WeightFile in) throws WeightFormatException {
    long bytes = 0;
    for (WeightEntry entry : in.entries()) {
      bytes += entry.numel() * dtype(entry, in).bytes();
    }
    return bytes;
  }

  private DType dtype(WeightEntry entry, WeightFile in) throws WeightFormatException {
    DType dtype =
        switch (entry.dtype()) {
          case F8_E4M3, F8_E5M2 ->
              floats != null ? floats : target == Target.PTH ? DType.F32 : entry.dtype();
          case F16, BF16, F32, F64 -> floats != null ? floats : entry.dtype();
          case U16 -> target == Target.PTH ? DType.I32 : entry.dtype();
          default -> entry.dtype();
        };
    if (target == Target.PTH && PickleWriter.storageClass(dtype) == null) {
      throw new WeightFormatException(
          in.name(),
          "tensor \"%s\" is %s, which PyTorch has no storage for; convert to safetensors"
              .formatted(entry.name(), dtype));
    }
    return dtype;
  }
}
