package dev.graft.backend.cpu;

import dev.graft.backend.Backend;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.util.Arrays;

/**
 * One row of the table: a kernel on given operands. It runs on any backend and gives back every
 * array that it wrote, whole, so that a write outside its view is seen too.
 */
public record KernelCase(String name, double tolerance, Run run) {
  static final double FORWARD = 2e-5;
  static final double GRADIENT = 1e-4;
  static final double EXACT = 0;

  /** The kernel on its operands. */
  public interface Run {
    float[][] on(Backend backend);
  }

  @Override
  public String toString() {
    return name;
  }

  /** Normal numbers with standard deviation {@code spread} around {@code center}. */
  static float[] numbers(int n, double center, double spread) {
    Rng rng = Rng.of(n + 17);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (center + spread * rng.nextGaussian());
    }
    return values;
  }

  /** Normal numbers seen through a layout, in an array that goes 3 beyond it. */
  static View view(Backend backend, Layout layout, double center, double spread) {
    return new View(backend.wrap(numbers(extent(layout) + 3, center, spread)), layout);
  }

  static View view(Backend backend, Layout layout) {
    return view(backend, layout, 0, 1);
  }

  /** A place for results, filled with a mark so that untouched elements are seen. */
  static View output(Backend backend, Layout layout) {
    float[] array = new float[extent(layout) + 3];
    Arrays.fill(array, 77);
    return new View(backend.wrap(array), layout);
  }

  private static int extent(Layout layout) {
    int last = layout.offset();
    for (int i = 0; i < layout.rank(); i++) {
      last += Math.max(0, layout.dim(i) - 1) * layout.stride(i);
    }
    return last + 1;
  }

  static Layout flat(int n) {
    return Layout.rowMajor(Shape.of(n)).at(2);
  }

  static Layout rows(int... dims) {
    return Layout.rowMajor(Shape.of(dims));
  }

  static Layout last(int... dims) {
    return Layout.channelsLast(Shape.of(dims));
  }
}
