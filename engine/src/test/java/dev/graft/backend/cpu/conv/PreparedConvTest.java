package dev.graft.backend.cpu.conv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.backend.ConvShape;
import dev.graft.backend.PackedMemory;
import dev.graft.backend.PreparedConv;
import dev.graft.backend.View;
import dev.graft.backend.cpu.CpuBackend;
import dev.graft.backend.cpu.Parallel;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every algorithm, with all that it may add on its way out, against seven loops in double. */
class PreparedConvTest {
  private static final CpuBackend SIMD = new CpuBackend();
  private static final float MARK = 77;

  /** Fields as in {@link ConvShape}: sizes, then stride, padding and dilation as (h, w), groups. */
  static Stream<ConvShape> shapes() {
    return Stream.of(
        new ConvShape(1, 16, 9, 9, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(1, 64, 7, 7, 96, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(2, 32, 8, 12, 48, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(3, 16, 14, 13, 80, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(1, 48, 6, 5, 32, 3, 3, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(1, 16, 4, 3, 16, 3, 3, 1, 1, 2, 3, 1, 1, 1),
        new ConvShape(5, 16, 33, 31, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(1, 512, 7, 7, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(9, 336, 5, 5, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(1, 1312, 5, 6, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(10, 1312, 9, 9, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(1, 1301, 5, 7, 37, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(1, 3, 19, 17, 33, 7, 7, 2, 2, 3, 3, 1, 1, 1),
        new ConvShape(1, 65, 7, 7, 31, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(1, 32, 9, 9, 64, 1, 1, 2, 2, 0, 0, 1, 1, 1),
        new ConvShape(1, 130, 11, 13, 530, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(2, 8, 6, 7, 12, 3, 3, 1, 1, 1, 1, 1, 1, 4));
  }

  private static View numbers(Layout layout, int seed) {
    Rng rng = Rng.of(seed);
    float[] values = new float[layout.offset() + layout.numel() + 5];
    Arrays.fill(values, MARK);
    for (int i = 0; i < layout.numel(); i++) {
      values[layout.offset() + i] = (float) rng.nextGaussian();
    }
    return new View(SIMD.wrap(values), layout);
  }

  private static View input(ConvShape s) {
    Shape shape = Shape.of(s.n(), s.inChannels(), s.height(), s.width());
    return numbers(Layout.channelsLast(shape).at(4), 1);
  }

  private static View weight(ConvShape s) {
    Shape shape = Shape.of(s.outChannels(), s.inChannelsPerGroup(), s.kernelH(), s.kernelW());
    return numbers(Layout.rowMajor(shape).at(3), 2);
  }

  private static View bias(ConvShape s) {
    return numbers(Layout.rowMajor(Shape.of(s.outChannels())).at(2), 3);
  }

  private static Layout outLayout(ConvShape s, int at) {
    return Layout.channelsLast(Shape.of(s.n(), s.outChannels(), s.outH(), s.outW())).at(at);
  }

  private static Stream<PreparedConv> algorithms(
      ConvShape s, View weight, View bias, boolean residual, boolean relu) {
    PackedMemory memory = new PackedMemory(0);
    Stream<PreparedConv> dense =
        Stream.of(
            new ImplicitGemm(s, weight, null, bias, relu, memory),
            SIMD.conv().prepare(s, weight, bias, residual, relu));
    return Winograd.accepts(s)
        ? Stream.concat(
            dense,
            Stream.of(
                Winograd.of(s, new Winograd4(), weight, null, bias, relu, memory),
                Winograd.of(s, new Winograd2(), weight, null, bias, relu, memory)))
        : dense;
  }

  private static View run(ConvShape s, PreparedConv conv, View residual, boolean inPlace) {
    View out = numbers(outLayout(s, 2), 5);
    View addend = inPlace && residual != null ? out : residual;
    if (addend == out) {
      System.arraycopy(residual.array(), residual.offset(), out.array(), 2, out.numel());
    }
    View scratch = numbers(Layout.rowMajor(Shape.of(conv.scratch())), 6);
    View x = input(s);
    Runnable bound = conv.bind(x, addend, out, scratch);
    if (addend != out) {
      float[] values = x.array().clone();
      Arrays.fill(x.array(), 0.5f);
      bound.run(); // on another input, of which the next run must keep nothing
      System.arraycopy(values, 0, x.array(), 0, values.length);
    }
    bound.run();
    return out;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void agreesWithSevenLoops(ConvShape s) {
    View weight = weight(s);
    View bias = bias(s);
    View residual = numbers(outLayout(s, 7), 4);
    double[] plain = ConvLoops.forward(s, input(s), weight, null);
    double[] biased = ConvLoops.forward(s, input(s), weight, bias);
    algorithms(s, weight, null, false, false)
        .forEach(conv -> check(plain, null, false, run(s, conv, null, false), conv));
    algorithms(s, weight, bias, false, true)
        .forEach(conv -> check(biased, null, true, run(s, conv, null, false), conv));
    algorithms(s, weight, bias, true, false)
        .forEach(conv -> check(biased, residual, false, run(s, conv, residual, false), conv));
    algorithms(s, weight, bias, true, true)
        .forEach(conv -> check(biased, residual, true, run(s, conv, residual, true), conv));
  }

  private static void check(
      double[] sums, View residual, boolean relu, View actual, PreparedConv conv) {
    double scale = Math.max(1, Arrays.stream(sums).map(Math::abs).max().orElse(0));
    double tolerance = (conv.algorithm().equals("winograd 4x4") ? 1.2e-5 : 3e-6) * scale;
    int i = 0;
    for (int n = 0; n < actual.dim(0); n++) {
      for (int c = 0; c < actual.dim(1); c++) {
        for (int h = 0; h < actual.dim(2); h++) {
          for (int w = 0; w < actual.dim(3); w++) {
            String where = conv.algorithm() + " " + n + "," + c + "," + h + "," + w;
            double expected = sums[i++];
            expected += residual == null ? 0 : ConvLoops.read(residual, n, c, h, w);
            expected = relu ? Math.max(0, expected) : expected;
            assertEquals(expected, ConvLoops.read(actual, n, c, h, w), tolerance, where);
          }
        }
      }
    }
    float[] array = actual.array();
    for (int k = 0; k < array.length; k++) {
      if (k < actual.offset() || k >= actual.offset() + actual.numel()) {
        assertEquals(MARK, array[k], "written outside the result at " + k);
      }
    }
  }

  /** Several in the same arrays, as in a plan, where those of a batch norm are folded in. */
  @ParameterizedTest
  @MethodSource("shapes")
  void weightsMultipliedWhilePackingAreMultipliedWeights(ConvShape s) {
    View weight = weight(s);
    View scaled = weight(s);
    double[] scale = new double[s.outChannels()];
    int each = weight.numel() / scale.length;
    for (int i = 0; i < weight.numel(); i++) {
      scale[i / each] = 0.3 + 0.01 * (i / each);
      scaled.array()[3 + i] = (float) (weight.array()[3 + i] * scale[i / each]);
    }
    PackedMemory memory = new PackedMemory(3 * SIMD.conv().packedRoom(s));
    View residual = numbers(outLayout(s, 7), 4);
    PreparedConv first = SIMD.conv().prepare(s, weight, scale, bias(s), true, true, memory);
    PreparedConv second = SIMD.conv().prepare(s, scaled, null, bias(s), true, true, memory);
    assertArrayEquals(
        run(s, second, residual, false).array(), run(s, first, residual, false).array());
    if (Winograd.accepts(s)) {
      for (WinogradTile tile : List.of(new Winograd4(), new Winograd2())) {
        first = Winograd.of(s, tile, weight, scale, bias(s), false, memory);
        second = Winograd.of(s, tile, scaled, null, bias(s), false, memory);
        assertArrayEquals(run(s, second, null, false).array(), run(s, first, null, false).array());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void anyNumberOfThreadsGivesTheSameBits(ConvShape s) {
    int before = Parallel.threads();
    View residual = numbers(outLayout(s, 7), 4);
    try {
      algorithms(s, weight(s), bias(s), true, true)
          .forEach(conv -> {
            Parallel.setThreads(1);
            float[] one = run(s, conv, residual, false).array();
            for (int threads : new int[] {2, 7}) {
              Parallel.setThreads(threads);
              assertArrayEquals(one, run(s, conv, residual, false).array(), conv.algorithm());
            }
          });
    } finally {
      Parallel.setThreads(before);
    }
  }
}
