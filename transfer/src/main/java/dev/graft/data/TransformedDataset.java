package dev.graft.data;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A dataset seen through transforms. */
final class TransformedDataset implements Dataset {
  private final Dataset source;
  private final List<Transform> transforms;

  /** The shape before each transform, and the last one's result. */
  private final List<Shape> shapes = new ArrayList<>();

  TransformedDataset(Dataset source, List<Transform> transforms) {
    this.source = source;
    this.transforms = transforms;
    shapes.add(source.shape());
    for (Transform t : transforms) {
      shapes.add(t.outputShape(shapes.getLast()));
    }
  }

  @Override
  public int size() {
    return source.size();
  }

  @Override
  public List<String> classes() {
    return source.classes();
  }

  @Override
  public Shape shape() {
    return shapes.getLast();
  }

  @Override
  public int label(int index) {
    return source.label(index);
  }

  @Override
  public void read(int index, float[] into, int offset, Rng rng) throws IOException {
    float[] x = new float[source.shape().numel()];
    source.read(index, x, 0, rng);
    for (int i = 0; i < transforms.size(); i++) {
      x = transforms.get(i).apply(x, shapes.get(i), rng);
    }
    System.arraycopy(x, 0, into, offset, shape().numel());
  }

  @Override
  public String describe(int index) {
    return source.describe(index);
  }

  @Override
  public String toString() {
    return source + " through " + transforms;
  }
}
