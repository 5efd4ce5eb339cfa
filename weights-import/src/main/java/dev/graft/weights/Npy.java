package dev.graft.weights;

import java.util.List;
import java.util.Map;

/** A single NumPy array, as numpy.save writes it; it has no name, so it gets NumPy's own. */
final class Npy implements WeightFormat {
  /** What numpy.savez calls an array that was given no name. */
  private static final String NAME = "arr_0";

  @Override
  public String name() {
    return "npy";
  }

  @Override
  public boolean matches(FileBytes file) {
    return NumpyArray.matches(file);
  }

  @Override
  public Contents parse(FileBytes file) throws WeightFormatException {
    StoredTensor tensor = stored(NAME, NumpyArray.parse(file), file);
    return new Contents(List.of(tensor), Map.of(), List.of(), List.of());
  }

  /** The array whose header lies at the file's beginning and whose elements fill the rest. */
  static StoredTensor stored(String name, NumpyArray array, FileBytes file)
      throws WeightFormatException {
    long bytes = array.bytes(name, file);
    if (bytes != file.size() - array.data()) {
      throw file.fail(
          "array \"%s\" takes %,d bytes, and there are %,d; it is cut short or damaged"
              .formatted(name, bytes, file.size() - array.data()));
    }
    return new StoredTensor.Mapped(
        new WeightEntry(name, array.dtype(), array.shape()),
        file.slice(array.data(), bytes),
        array.order(),
        0,
        array.stride());
  }
}
