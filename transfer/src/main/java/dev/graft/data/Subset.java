package dev.graft.data;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Some examples of a dataset. */
final class Subset implements Dataset {
  private final Dataset whole;
  private final int[] positions;

  Subset(Dataset whole, int[] positions) {
    for (int p : positions) {
      if (p < 0 || p >= whole.size()) {
        throw new IllegalArgumentException(
            "subset: position %d is out of range: the dataset has %d examples (0 … %d)"
                .formatted(p, whole.size(), whole.size() - 1));
      }
    }
    this.whole = whole;
    this.positions = positions.clone();
  }

  @Override
  public int size() {
    return positions.length;
  }

  @Override
  public List<String> classes() {
    return whole.classes();
  }

  @Override
  public Shape shape() {
    return whole.shape();
  }

  @Override
  public int label(int index) {
    return whole.label(positions[index]);
  }

  @Override
  public void read(int index, float[] into, int offset, Rng rng) throws IOException {
    whole.read(positions[index], into, offset, rng);
  }

  @Override
  public String describe(int index) {
    return whole.describe(positions[index]);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%,d of %s", size(), whole);
  }
}
