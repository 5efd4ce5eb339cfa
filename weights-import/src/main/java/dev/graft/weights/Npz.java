package dev.graft.weights;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * NumPy arrays by name, as numpy.savez and numpy.savez_compressed write them: a zip archive of
 * {@code NAME.npy}. Arrays that lie uncompressed are read in place.
 */
final class Npz implements WeightFormat {
  private static final String SUFFIX = ".npy";

  @Override
  public String name() {
    return "npz";
  }

  @Override
  public boolean matches(FileBytes file) {
    return ZipDirectory.firstName(file).endsWith(SUFFIX);
  }

  @Override
  public Contents parse(FileBytes file) throws WeightFormatException {
    ZipDirectory zip = new ZipDirectory(file);
    long compressed = 0;
    for (ZipDirectory.Entry entry : zip.entries()) {
      zip.requireReadable(entry);
      compressed += entry.method() == 0 ? 0 : entry.size();
      Inflated.requireBounded(compressed, file);
    }
    List<StoredTensor> tensors = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    for (ZipDirectory.Entry entry : zip.entries()) {
      if (entry.name().endsWith(SUFFIX)) {
        String name = entry.name().substring(0, entry.name().length() - SUFFIX.length());
        StoredTensor tensor = tensor(name, entry, file);
        if (tensor == null) {
          skipped.add(name);
        } else {
          tensors.add(tensor);
        }
      } else {
        skipped.add(entry.name());
      }
    }
    if (tensors.isEmpty() && !skipped.isEmpty()) {
      throw file.fail("holds no arrays of numbers, only " + String.join(", ", skipped));
    }
    return new Contents(tensors, Map.of(), List.of(), skipped);
  }

  /** The array of an entry, or null where its elements are no numbers. */
  private static StoredTensor tensor(String name, ZipDirectory.Entry entry, FileBytes file)
      throws WeightFormatException {
    if (entry.method() == 0) {
      FileBytes part = file.part(entry.data(), entry.size());
      NumpyArray array = NumpyArray.parse(part);
      return array.isNoNumber() ? null : Npy.stored(name, array, part);
    }
    FileBytes start = FileBytes.of(file.name(), Inflated.start(entry, file, NumpyArray.PREAMBLE));
    int headerSize = NumpyArray.headerSize(start);
    byte[] header = Inflated.start(entry, file, headerSize);
    NumpyArray array = NumpyArray.parse(FileBytes.of(file.name(), header));
    if (array.isNoNumber()) {
      return null;
    }
    if (array.bytes(name, file) != entry.size() - headerSize) {
      throw file.fail(
          "array \"%s\" takes %,d bytes, and there are %,d; it is cut short or damaged"
              .formatted(name, array.bytes(name, file), entry.size() - headerSize));
    }
    return new Compressed(new WeightEntry(name, array.dtype(), array.shape()), array, entry, file);
  }

  /** An array that is decompressed when it is asked for. */
  private record Compressed(
      WeightEntry entry, NumpyArray array, ZipDirectory.Entry place, FileBytes file)
      implements StoredTensor {
    @Override
    public StoredTensor.Mapped mapped() throws WeightFormatException {
      MemorySegment bytes = MemorySegment.ofArray(Inflated.all(place, file));
      return new StoredTensor.Mapped(
          entry, bytes.asSlice(array.data()), array.order(), 0, array.stride());
    }
  }
}
