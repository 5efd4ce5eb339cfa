package dev.graft.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.graft.backend.Backend;
import dev.graft.backend.BinaryKind;
import dev.graft.backend.BoundKernels;
import dev.graft.backend.PoolShape;
import dev.graft.backend.UnaryKind;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bound kernels give the bits of the kernels that they stand for, every time they are run. */
class BoundSimdTest {
  private static final int BEFORE = 5;

  private final Backend backend = new CpuBackend();
  private final BoundKernels bound = backend.bound();
  private final Rng rng = Rng.of(1);

  /** Random values at an offset, in memory that is larger than needed. */
  private View view(Layout layout) {
    float[] array = new float[BEFORE + layout.numel() + 3];
    for (int i = 0; i < array.length; i++) {
      array[i] = (float) rng.nextGaussian();
    }
    return new View(backend.wrap(array), layout.at(BEFORE));
  }

  private View rows(int... dims) {
    return view(Layout.rowMajor(Shape.of(dims)));
  }

  private View images(int... dims) {
    return view(Layout.channelsLast(Shape.of(dims)));
  }

  private static void same(Runnable expected, View out, Runnable actual) {
    expected.run();
    float[] values = out.array().clone();
    for (int run = 0; run < 2; run++) {
      for (int i = 0; i < out.numel(); i++) {
        out.array()[out.offset() + i] = Float.NaN;
      }
      actual.run();
      assertArrayEquals(values, out.array());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 17, 1000, 70_001})
  void elementwise(int n) {
    View x = rows(n);
    View y = rows(n);
    View out = rows(n);
    for (UnaryKind kind : List.of(UnaryKind.RELU, UnaryKind.SIGMOID, UnaryKind.HARDSWISH)) {
      same(
          () -> backend.elementwise().unary(kind, 0, 0, x, out),
          out,
          bound.unary(kind, 0, 0, x, out));
    }
    View one = view(Layout.of(Shape.of(n), new int[] {0}, 0));
    for (View b : List.of(y, one)) {
      Runnable plain = () -> backend.elementwise().binary(BinaryKind.ADD, x, b, out);
      same(plain, out, bound.binary(BinaryKind.ADD, x, b, false, out));
      Runnable relu = () -> backend.elementwise().unary(UnaryKind.RELU, 0, 0, out, out);
      same(inTurn(plain, relu), out, bound.binary(BinaryKind.ADD, x, b, true, out));
    }
  }

  private static Runnable inTurn(Runnable first, Runnable second) {
    return () -> {
      first.run();
      second.run();
    };
  }

  @Test
  void inPlace() {
    View x = rows(1001);
    View copy = new View(backend.wrap(x.array().clone()), x.layout());
    View out = rows(1001);
    backend.elementwise().binary(BinaryKind.ADD, x, x, out);
    bound.binary(BinaryKind.ADD, copy, copy, false, copy).run();
    float[] expected = new float[1001];
    float[] actual = new float[1001];
    out.buffer().read(BEFORE, expected, 0, 1001);
    copy.buffer().read(BEFORE, actual, 0, 1001);
    assertArrayEquals(expected, actual);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "2, 3, 5, 7", "1, 16, 8, 8", "2, 33, 40, 31"})
  void normalize(int n, int c, int h, int w) {
    View mean = rows(c);
    View invStd = rows(c);
    View weight = rows(c);
    View bias = rows(c);
    for (boolean last : new boolean[] {false, true}) {
      View x = last ? images(n, c, h, w) : rows(n, c, h, w);
      View out = last ? images(n, c, h, w) : rows(n, c, h, w);
      Runnable plain = () -> backend.norm().normalize(x, mean, invStd, weight, bias, out);
      Runnable relu = () -> backend.elementwise().unary(UnaryKind.RELU, 0, 0, out, out);
      same(plain, out, bound.normalize(x, mean, invStd, weight, bias, false, out));
      same(inTurn(plain, relu), out, bound.normalize(x, mean, invStd, weight, bias, true, out));
      Runnable bare = () -> backend.norm().normalize(x, mean, invStd, null, null, out);
      same(bare, out, bound.normalize(x, mean, invStd, null, null, false, out));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 512, 1000", "4, 33, 65", "5, 33, 65", "64, 7, 3"})
  void matmul(int m, int k, int n) {
    View a = rows(1, m, k);
    View b = view(Layout.of(Shape.of(1, k, n), new int[] {0, 1, k}, 0));
    View bias = rows(n);
    View out = rows(1, m, n);
    Runnable plain = () -> backend.matmul().matmul(a, b, bias, out);
    Runnable relu = () -> backend.elementwise().unary(UnaryKind.RELU, 0, 0, out, out);
    same(plain, out, bound.matmul(a, b, bias, false, out));
    same(inTurn(plain, relu), out, bound.matmul(a, b, bias, true, out));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 3, 3", "2, 3, 8, 9", "1, 17, 112, 30", "3, 64, 5, 5"})
  void pooling(int n, int c, int h, int w) {
    PoolShape s =
        new PoolShape(n, c, h, w, 3, 3, 2, 2, 1, 1, (h - 1) / 2 + 1, (w - 1) / 2 + 1, true);
    View x = images(n, c, h, w);
    View out = images(n, c, s.outH(), s.outW());
    same(() -> backend.pool().maxPool2d(s, x, out), out, bound.maxPool2d(s, x, out));
    same(() -> backend.pool().avgPool2d(s, x, out), out, bound.avgPool2d(s, x, out));
    View one = images(n, c, 1, 1);
    same(() -> backend.pool().adaptiveAvgPool2d(x, one), one, bound.adaptiveAvgPool2d(x, one));
  }

  @Test
  void softmax() {
    View x = rows(3, 17, 5);
    View out = rows(3, 17, 5);
    for (int dim = 0; dim < 3; dim++) {
      for (boolean log : new boolean[] {false, true}) {
        int axis = dim;
        same(
            () -> backend.softmax().softmax(x, axis, log, out),
            out,
            bound.softmax(x, axis, log, out));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "3, 5, 7, 1", "64, 9, 9, 16", "2, 3, 4, 100"})
  void partsOfImages(int n, int h, int w, int c) {
    View src = view(Layout.rowMajor(Shape.of(n, 2 * h, 2 * w, c)));
    View all = rows(n, h, w, c + 5);
    View every = src.with(src.layout().slice(1, 0, 2 * h, 2).slice(2, 0, 2 * w, 2));
    View part = all.with(all.layout().slice(3, 3, 3 + c, 1));
    Runnable fill = () -> backend.copies().fill(all, 2.5f);
    Runnable copy = () -> backend.copies().copy(every, part);
    same(inTurn(fill, copy), all, inTurn(bound.fill(all, 2.5f), bound.copy(every, part)));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1",
    "2, 3, 5, 7",
    "1, 3, 40, 41",
    "3, 2, 33, 32",
    "2, 17, 1, 9",
    "1, 40, 32, 33"
  })
  void copies(int n, int c, int h, int w) {
    List<View> all =
        List.of(
            rows(n, c, h, w),
            images(n, c, h, w),
            view(Layout.rowMajor(Shape.of(w, h, c, n)).permute(3, 2, 1, 0)));
    for (View dst : all) {
      List<View> sources = new ArrayList<>(all);
      sources.remove(dst);
      BoundKernels.Intake intake = bound.intake(dst);
      for (View src : sources) {
        Runnable plain = () -> backend.copies().copy(src, dst);
        same(plain, dst, bound.copy(src, dst));
        same(plain, dst, () -> intake.take(src));
      }
      View like = view(dst.layout().at(0));
      same(() -> backend.copies().copy(like, dst), dst, () -> intake.take(like));
    }
  }
}
