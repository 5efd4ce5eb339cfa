package dev.graft.data;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Examples that lie in memory: {@code new TensorDataset(x, labels)} with x [n, …]. */
public final class TensorDataset implements Dataset {
  private final float[] values;
  private final Shape shape;
  private final int[] labels;
  private final List<String> classes;

  /** Classes 0 … the largest label, named by their numbers. */
  public TensorDataset(Tensor x, int[] labels) {
    this(x, labels, numbered(1 + Arrays.stream(labels).max().orElse(-1)));
  }

  /**
   * @param x the examples [n, …]; their values are copied
   * @throws IllegalArgumentException if x is a scalar, there is not one label per example, or a
   *     label is outside 0 … classes − 1
   */
  public TensorDataset(Tensor x, int[] labels, List<String> classes) {
    if (x.rank() == 0) {
      throw new IllegalArgumentException("tensor_dataset: needs examples [n, …]: got a scalar");
    }
    if (labels.length != x.dim(0)) {
      throw new IllegalArgumentException(
          "tensor_dataset: %d labels for %d examples: x %s"
              .formatted(labels.length, x.dim(0), x.shape()));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes.size()) {
        throw new IllegalArgumentException(
            "tensor_dataset: label %d of example %d is out of range: there are %d classes (0 … %d)"
                .formatted(labels[i], i, classes.size(), classes.size() - 1));
      }
    }
    int[] dims = x.shape().toArray();
    this.shape = Shape.of(Arrays.copyOfRange(dims, 1, dims.length));
    this.values = x.toArray();
    this.labels = labels.clone();
    this.classes = List.copyOf(classes);
  }

  static List<String> numbered(int classes) {
    return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public void read(int index, float[] into, int offset, Rng rng) {
    System.arraycopy(values, index * shape.numel(), into, offset, shape.numel());
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "TensorDataset: %,d examples %s in %d classes", size(), shape, classes.size());
  }
}
