package dev.graft.weights;

import dev.graft.tensor.StateDict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads the weight files that people have: torch.save's three formats, safetensors, Keras's HDF5,
 * NumPy's npz and npy, ONNX's initialisers, and the indexes of weights that are spread over several
 * files. A file is recognised by its first bytes, never by its name, and reading one never runs
 * anything that it contains.
 *
 * <pre>{@code
 * StateDict weights = Weights.load(Path.of("resnet18-f37072fd.pth"));
 * }</pre>
 */
public final class Weights {
  /** The formats in the order in which they are asked. */
  static final List<WeightFormat> FORMATS =
      List.of(
          new Npz(),
          new KerasArchive(),
          new TorchZip(),
          new TorchLegacy(),
          new TorchTar(),
          new OnnxFormat(),
          new SafetensorsFormat(),
          new Npy(),
          new KerasHdf5());

  private Weights() {}

  /**
   * Opens a file and reads what it holds, all but the tensors' values. Close it when done: until
   * then it is mapped into memory, and on Windows nobody can replace it.
   *
   * @param path a weight file; the index of several ({@code model.safetensors.index.json}, {@code
   *     pytorch_model.bin.index.json}), whose files lie beside it; or a folder that holds one of
   *     these under its usual name
   * @throws WeightFormatException if it cannot be read as weights; its message is one line that
   *     names the file, what is wrong with it and what to do
   */
  public static WeightFile open(Path path) throws IOException {
    return open(FileBytes.map(Files.isDirectory(path) ? WeightFolder.find(path) : path));
  }

  /**
   * Opens weights that are in memory already.
   *
   * @param name what error messages call them
   * @param bytes the whole file; not copied
   * @throws WeightFormatException as {@link #open(Path)}
   */
  public static WeightFile open(String name, byte[] bytes) throws IOException {
    return open(FileBytes.of(name, bytes));
  }

  /**
   * Reads all weights of a file, as float32.
   *
   * @throws WeightFormatException as {@link #open(Path)}
   */
  public static StateDict load(Path path) throws IOException {
    try (WeightFile file = open(path)) {
      return file.read();
    }
  }

  /**
   * Reads all weights from a stream, such as a resource in a jar; the stream is left open.
   *
   * @param name what error messages call it
   * @throws WeightFormatException as {@link #open(Path)}
   */
  public static StateDict load(String name, InputStream in) throws IOException {
    try (WeightFile file = open(name, in.readAllBytes())) {
      return file.read();
    }
  }

  /**
   * The format of a file.
   *
   * @throws WeightFormatException if it is none that is known
   */
  static WeightFormat format(FileBytes file) throws WeightFormatException {
    for (WeightFormat format : FORMATS) {
      if (format.matches(file)) {
        return format;
      }
    }
    throw file.fail(Unrecognised.describe(file));
  }

  private static WeightFile open(FileBytes file) throws IOException {
    try {
      if (ShardIndex.matches(file)) {
        ShardIndex.Opened index = ShardIndex.open(file);
        return new WeightFile(file, index.format(), index.contents());
      }
      WeightFormat format = format(file);
      return new WeightFile(file, format.name(), format.parse(file));
    } catch (IOException e) {
      file.close();
      throw e;
    } catch (RuntimeException | StackOverflowError | InternalError e) {
      // The readers check everything themselves. Should one of them have missed something, a
      // hostile file must not get through the callers' handling of IOException; and a mapped file
      // that another program shortens meanwhile shows as an InternalError.
      file.close();
      throw new WeightFormatException(file.name(), "cannot be read: " + e, e);
    }
  }
}
