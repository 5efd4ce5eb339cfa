package dev.graft.data;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Labelled examples of one shape, decoded one at a time. Several threads read at once, so {@link
 * #read} keeps no state between calls; all randomness comes from the generator that it is given.
 */
public interface Dataset {
  /** The number of examples. */
  int size();

  /** The names of the classes; labels are indices into them. */
  List<String> classes();

  /** The shape of one example, {@code [c, h, w]} for images. */
  Shape shape();

  /** The class of example {@code index}, 0 … classes − 1. */
  int label(int index);

  /**
   * Decodes example {@code index} into {@code into[offset …]}, row-major, {@code shape().numel()}
   * values.
   *
   * @param rng this example's own random numbers, for augmentation
   * @throws IOException if the example cannot be read; the message gives the reason
   */
  void read(int index, float[] into, int offset, Rng rng) throws IOException;

  /** What error messages call an example: its file where it has one. */
  default String describe(int index) {
    return "example " + index;
  }

  /**
   * These examples with transforms applied in order, each time anew: {@code train.transformed(new
   * RandomCrop(32, 4), new RandomHorizontalFlip())}
   *
   * @throws IllegalArgumentException if a transform does not fit the examples' shape
   */
  default Dataset transformed(Transform... transforms) {
    return new TransformedDataset(this, List.of(transforms));
  }

  /**
   * The examples at these positions, in this order.
   *
   * @throws IllegalArgumentException if a position is out of range
   */
  default Dataset subset(int... positions) {
    return new Subset(this, positions);
  }

  /**
   * Two disjoint parts in random order, the same for the same seed: {@code heldOut} examples to
   * test on as the second, the others as the first (torch's {@code random_split}).
   *
   * @throws IllegalArgumentException unless 0 &lt; heldOut &lt; size
   */
  default Split holdOut(int heldOut, long seed) {
    return Split.of(this, heldOut, seed);
  }

  /** Two disjoint parts of a dataset. */
  record Split(Dataset train, Dataset heldOut) {
    static Split of(Dataset whole, int heldOut, long seed) {
      int n = whole.size();
      if (heldOut < 1 || heldOut >= n) {
        throw new IllegalArgumentException(
            "dataset: cannot hold out %,d of %,d examples; both parts need one at least"
                .formatted(heldOut, n));
      }
      int[] order = Rng.of(seed).permutation(n);
      int cut = n - heldOut;
      return new Split(
          whole.subset(Arrays.copyOf(order, cut)), whole.subset(Arrays.copyOfRange(order, cut, n)));
    }
  }
}
