package dev.graft.golden;

import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import dev.graft.testing.SharedData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/**
 * The weights under which the reference values of whole networks were computed: a formula of each
 * tensor's name, so that no file of weights is needed.
 */
final class FormulaWeights {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private final long seed;

  private FormulaWeights(long seed) {
    this.seed = seed;
  }

  /** With the seed that lies beside the reference values. */
  static FormulaWeights read() throws IOException {
    String text = Files.readString(SharedData.golden("models/seed"));
    return new FormulaWeights(Long.parseLong(text.strip()));
  }

  /** The input of that name: values of the formula in [−1, 1]. */
  Tensor input(String name, int... dims) {
    return scaled(name, Shape.of(dims), 1, 0);
  }

  /** A value for every name of a network's state dict. */
  StateDict fill(StateDict names) {
    StateDict filled = new StateDict();
    names.tensors().forEach((name, t) -> filled.put(name, tensor(name, t.shape())));
    return filled;
  }

  private Tensor tensor(String name, Shape shape) {
    String kind = name.substring(name.lastIndexOf('.') + 1);
    return switch (kind) {
      case "running_mean", "bias" -> scaled(name, shape, 0.125, 0);
      case "running_var" -> scaled(name, shape, 0.5, 1);
      case "num_batches_tracked" -> Tensor.full(7, shape.toArray());
      case "weight" -> weight(name, shape);
      default -> throw new IllegalArgumentException("no formula for " + name);
    };
  }

  private Tensor weight(String name, Shape shape) {
    return switch (shape.rank()) {
      case 4 -> scaled(name, shape, Math.sqrt(6.0 / (shape.numel() / shape.dim(0))), 0);
      case 2 -> scaled(name, shape, Math.sqrt(3.0 / shape.dim(1)), 0);
      default -> scaled(name, shape, 0.125, 0.5);
    };
  }

  private Tensor scaled(String name, Shape shape, double scale, double shift) {
    long start = fnv1a64(name) + seed;
    float[] values = new float[shape.numel()];
    for (int i = 0; i < values.length; i++) {
      float u = ((mix(start + (i + 1) * GAMMA) >>> 56) - 127.5f) / 127.5f;
      values[i] = (float) (u * scale + shift);
    }
    return Tensor.of(values, shape.toArray());
  }

  private static long mix(long start) {
    long z = (start ^ (start >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static long fnv1a64(String name) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
