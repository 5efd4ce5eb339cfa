package dev.graft.weights;

import java.util.Set;

/**
 * Keras 3's {@code .keras}: a zip archive of the model's configuration and its weights as HDF5. The
 * configuration is not read.
 */
final class KerasArchive implements WeightFormat {
  private static final String WEIGHTS = "model.weights.h5";

  /** What such archives begin with. */
  private static final Set<String> MEMBERS = Set.of("metadata.json", "config.json", WEIGHTS);

  private final KerasHdf5 inner = new KerasHdf5();

  @Override
  public String name() {
    return "keras archive";
  }

  @Override
  public boolean matches(FileBytes file) {
    return MEMBERS.contains(ZipDirectory.firstName(file));
  }

  @Override
  public Contents parse(FileBytes file) throws WeightFormatException {
    ZipDirectory zip = new ZipDirectory(file);
    ZipDirectory.Entry entry = zip.get(WEIGHTS);
    if (entry == null) {
      throw file.fail("is a zip archive like Keras's, but without " + WEIGHTS);
    }
    zip.requireReadable(entry);
    Inflated.requireBounded(entry.method() == 0 ? 0 : entry.size(), file);
    FileBytes weights =
        entry.method() == 0
            ? file.part(entry.data(), entry.size())
            : FileBytes.of(file.name(), Inflated.all(entry, file));
    if (!inner.matches(weights)) {
      throw weights.fail("its " + WEIGHTS + " is no HDF5; it looks damaged");
    }
    return inner.parse(weights);
  }
}
