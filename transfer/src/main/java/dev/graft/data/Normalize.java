package dev.graft.data;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.util.List;

/** Makes each channel c of an image [c, h, w] {@code (value − mean[c]) / std[c]}. */
public record Normalize(List<Float> mean, List<Float> std) implements Transform {
  /**
   * @throws IllegalArgumentException if there are not as many means as deviations, a value is not
   *     finite or a deviation not positive
   */
  public Normalize {
    boolean finite =
        mean.stream().allMatch(Float::isFinite) && std.stream().allMatch(Float::isFinite);
    if (mean.size() != std.size() || !finite || std.stream().anyMatch(s -> s <= 0)) {
      throw new IllegalArgumentException(
          "normalize: needs a mean and a positive deviation per channel: " + mean + ", " + std);
    }
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /** For images of one channel. */
  public Normalize(float mean, float std) {
    this(List.of(mean), List.of(std));
  }

  @Override
  public Shape outputShape(Shape in) {
    if (in.rank() < 1 || in.dim(0) != mean.size()) {
      throw new IllegalArgumentException(
          "normalize: %d means do not fit examples %s".formatted(mean.size(), in));
    }
    return in;
  }

  @Override
  public float[] apply(float[] x, Shape shape, Rng rng) {
    int plane = x.length / mean.size();
    for (int c = 0; c < mean.size(); c++) {
      float m = mean.get(c);
      float s = std.get(c);
      for (int i = c * plane; i < (c + 1) * plane; i++) {
        x[i] = (x[i] - m) / s;
      }
    }
    return x;
  }
}
