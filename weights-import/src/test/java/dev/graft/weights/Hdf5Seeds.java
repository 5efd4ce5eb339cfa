package dev.graft.weights;

import dev.graft.weights.Hdf5Bytes.Data;
import dev.graft.weights.Hdf5Bytes.Group;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** Small HDF5 files of every kind that is read, for fuzzing. */
final class Hdf5Seeds {
  private Hdf5Seeds() {}

  static List<byte[]> all() {
    Data data = new Data(Hdf5Bytes.float32(), new long[] {2}, WeightBytes.floats(7, 8));
    Group layer = new Group().attribute("weight_names", "w").add("w", data);
    Group layers = new Group().attribute("layer_names", "a").add("a", layer);
    return List.of(
        Hdf5Bytes.small(),
        Hdf5Bytes.file(new Group().add("model_weights", layers).add("optimizer", new Group())),
        Hdf5Bytes.file(new Group().add("c", Hdf5Bytes.chunked())),
        NewerHdf5Bytes.small(),
        newerChunks());
  }

  /**
   * A file that h5py wrote with libver="latest": [[1, 2, 3], [4, 5, 6]] in chunks of three kinds.
   */
  static byte[] newerChunks() {
    try (InputStream in = Hdf5Seeds.class.getResourceAsStream("newer-chunks.h5")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
