package dev.graft.weights;

import dev.graft.tensor.StateDict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads the weight files that people have: torch.save's, old and new, and safetensors. A file is
 * recognised by its first bytes, never by its name, and reading one never runs anything that it
 * contains.
 *
 * <pre>{@code
 * StateDict weights = Weights.load(Path.of("resnet18-f37072fd.pth"));
 * }</pre>
 */
public final class Weights {
  /** The formats in the order in which they are asked. */
  static final List<WeightFormat> FORMATS =
      List.of(new TorchZip(), new TorchLegacy(), new SafetensorsFormat());

  private Weights() {}

  /**
   * Opens a file and reads what it holds, all but the tensors' values. Close it when done: until
   * then it is mapped into memory, and on Windows nobody can replace it.
   *
   * @throws WeightFormatException if it cannot be read as weights; its message is one line that
   *     names the file, what is wrong with it and what to do
   */
  public static WeightFile open(Path path) throws IOException {
    return open(FileBytes.map(path));
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

  private static WeightFile open(FileBytes file) throws WeightFormatException {
    try {
      for (WeightFormat format : FORMATS) {
        if (format.matches(file)) {
          return new WeightFile(file, format.name(), format.parse(file));
        }
      }
      throw file.fail(Unrecognised.describe(file));
    } catch (WeightFormatException e) {
      file.close();
      throw e;
    } catch (RuntimeException | StackOverflowError | InternalError e) {
      // The readers check everything themselves. Should one of them have missed something, a
      // hostile
      // file must not get through the callers' handling of IOException; and a mapped file that
      // another program shortens meanwhile shows as an InternalError.
      file.close();
      throw new WeightFormatException(file.name(), "cannot be read: " + e, e);
    }
  }
}
