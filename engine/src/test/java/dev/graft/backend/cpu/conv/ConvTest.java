package dev.graft.backend.cpu.conv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.backend.ConvShape;
import dev.graft.backend.View;
import dev.graft.backend.cpu.CpuBackend;
import dev.graft.backend.cpu.Parallel;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Forward and both gradients against seven loops in double precision. */
class ConvTest {
  private static final CpuBackend SIMD = new CpuBackend();
  private static final float MARK = 77;

  /** 4.4 times the rounding errors of a direct sum, which grow with the root of its length. */
  private static final double WINOGRAD = 2e-5;

  /** Fields as in {@link ConvShape}: sizes, then stride, padding and dilation as (h, w), groups. */
  static Stream<ConvShape> shapes() {
    return Stream.of(
        new ConvShape(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(2, 3, 19, 17, 33, 7, 7, 2, 2, 3, 3, 1, 1, 1),
        new ConvShape(1, 16, 9, 9, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(2, 5, 8, 11, 7, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(3, 65, 7, 7, 31, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(2, 35, 9, 8, 34, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(2, 12, 9, 8, 17, 1, 1, 2, 2, 0, 0, 1, 1, 1),
        new ConvShape(1, 4, 10, 9, 6, 3, 3, 2, 2, 1, 1, 1, 1, 1),
        new ConvShape(1, 4, 11, 13, 6, 3, 2, 3, 2, 2, 0, 1, 1, 1),
        new ConvShape(1, 3, 13, 12, 5, 3, 3, 1, 2, 2, 1, 2, 3, 1),
        new ConvShape(1, 2, 12, 14, 3, 2, 3, 4, 5, 0, 1, 1, 1, 1),
        new ConvShape(1, 3, 2, 2, 4, 5, 5, 1, 1, 4, 4, 1, 1, 1),
        new ConvShape(1, 3, 2, 3, 4, 1, 1, 4, 4, 0, 0, 1, 1, 1),
        new ConvShape(2, 8, 6, 7, 12, 3, 3, 1, 1, 1, 1, 1, 1, 4),
        new ConvShape(2, 6, 9, 7, 6, 3, 3, 2, 1, 1, 1, 1, 1, 6),
        new ConvShape(1, 35, 8, 8, 70, 3, 3, 1, 1, 1, 1, 1, 1, 35),
        new ConvShape(1, 34, 5, 5, 66, 3, 3, 2, 2, 1, 1, 1, 1, 2),
        new ConvShape(7, 10, 7, 6, 20, 5, 5, 1, 1, 2, 2, 1, 1, 1),
        new ConvShape(2, 24, 34, 33, 37, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(2, 22, 30, 31, 20, 3, 3, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(5, 40, 29, 31, 18, 1, 1, 2, 2, 0, 0, 1, 1, 1),
        new ConvShape(2, 48, 26, 24, 40, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(2, 30, 30, 36, 40, 3, 3, 1, 1, 2, 2, 2, 2, 1),
        new ConvShape(2, 48, 24, 26, 36, 3, 3, 1, 1, 0, 0, 1, 1, 2),
        new ConvShape(10, 30, 5, 25, 33, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(2, 48, 31, 35, 33, 3, 3, 2, 1, 1, 1, 1, 1, 1),
        new ConvShape(7, 1, 28, 28, 10, 5, 5, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(5, 10, 12, 12, 20, 5, 5, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(3, 3, 33, 20, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(2, 7, 11, 30, 32, 3, 3, 2, 2, 1, 1, 1, 1, 1),
        new ConvShape(1, 3, 3, 12, 17, 5, 5, 1, 1, 4, 3, 2, 1, 1),
        new ConvShape(2, 2, 9, 14, 3, 3, 4, 1, 1, 0, 2, 3, 1, 1),
        new ConvShape(2, 8, 6, 7, 8, 3, 3, 1, 1, 1, 1, 1, 1, 8),
        new ConvShape(2, 16, 6, 7, 16, 3, 3, 1, 1, 1, 1, 1, 1, 16),
        new ConvShape(2, 8, 5, 7, 32, 3, 3, 2, 2, 1, 1, 1, 1, 8),
        new ConvShape(2, 40, 15, 14, 100, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(3, 17, 15, 16, 130, 3, 3, 2, 2, 1, 1, 1, 1, 1),
        new ConvShape(3, 500, 9, 9, 70, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(2, 3, 21, 20, 200, 5, 5, 2, 2, 2, 2, 1, 1, 1),
        new ConvShape(2, 46, 9, 9, 140, 3, 3, 1, 1, 0, 0, 1, 1, 2),
        // Panels of x's gradient that leave straight from registers, and some whose
        // rows lie unevenly far apart.
        new ConvShape(3, 140, 10, 9, 33, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(3, 140, 10, 9, 33, 1, 1, 2, 2, 0, 0, 1, 1, 1));
  }

  private static float[] numbers(int n) {
    Rng rng = Rng.of(n + 3);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) rng.nextGaussian();
    }
    return values;
  }

  private static View channelsLast(int... dims) {
    Layout layout = Layout.channelsLast(Shape.of(dims)).at(4);
    return new View(SIMD.wrap(numbers(layout.numel() + 6)), layout);
  }

  private static View rowMajor(int... dims) {
    Layout layout = Layout.rowMajor(Shape.of(dims)).at(3);
    return new View(SIMD.wrap(numbers(layout.numel() + 4)), layout);
  }

  /** Every second row and column of a larger image. */
  private static View strided(int... dims) {
    Layout whole = Layout.rowMajor(Shape.of(dims[0], dims[1], 2 * dims[2], 2 * dims[3]));
    Layout part = whole.slice(2, 1, 2 * dims[2], 2).slice(3, 0, 2 * dims[3], 2);
    return new View(SIMD.wrap(numbers(whole.numel())), part);
  }

  private static View marked(Layout layout) {
    float[] array = new float[layout.offset() + layout.numel() + 5];
    Arrays.fill(array, MARK);
    return new View(SIMD.wrap(array), layout);
  }

  private static View input(ConvShape s) {
    return channelsLast(s.n(), s.inChannels(), s.height(), s.width());
  }

  private static View gradOut(ConvShape s) {
    return channelsLast(s.n(), s.outChannels(), s.outH(), s.outW());
  }

  private static View weight(ConvShape s) {
    return rowMajor(s.outChannels(), s.inChannelsPerGroup(), s.kernelH(), s.kernelW());
  }

  private static View bias(ConvShape s) {
    return new View(
        SIMD.wrap(numbers(s.outChannels() + 2)), Layout.rowMajor(Shape.of(s.outChannels())).at(2));
  }

  private static View forward(ConvShape s, View x, View weight, View bias) {
    Shape shape = Shape.of(s.n(), s.outChannels(), s.outH(), s.outW());
    View out = marked(Layout.channelsLast(shape).at(2));
    SIMD.conv().conv2d(s, x, weight, bias, out);
    return out;
  }

  private static View inputGrad(ConvShape s, View gradOut, View weight) {
    Shape shape = Shape.of(s.n(), s.inChannels(), s.height(), s.width());
    View grad = marked(Layout.channelsLast(shape).at(2));
    SIMD.conv().conv2dInputGrad(s, gradOut, weight, grad);
    return grad;
  }

  private static View weightGrad(ConvShape s, View x, View gradOut) {
    Shape shape = Shape.of(s.outChannels(), s.inChannelsPerGroup(), s.kernelH(), s.kernelW());
    View grad = marked(Layout.rowMajor(shape).at(2));
    SIMD.conv().conv2dWeightGrad(s, x, gradOut, grad);
    return grad;
  }

  private static void check(double[] expected, View actual) {
    check(expected, actual, 3e-6);
  }

  private static void check(double[] expected, View actual, double tolerance) {
    double scale = Math.max(1, Arrays.stream(expected).map(Math::abs).max().orElse(0));
    int i = 0;
    for (int n = 0; n < actual.dim(0); n++) {
      for (int c = 0; c < actual.dim(1); c++) {
        for (int h = 0; h < actual.dim(2); h++) {
          for (int w = 0; w < actual.dim(3); w++) {
            String where = n + "," + c + "," + h + "," + w;
            double value = ConvLoops.read(actual, n, c, h, w);
            assertEquals(expected[i++], value, tolerance * scale, where);
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

  @ParameterizedTest
  @MethodSource("shapes")
  void forwardAgreesWithSevenLoops(ConvShape s) {
    View w = weight(s);
    View x = input(s);
    check(ConvLoops.forward(s, x, w, null), forward(s, x, w, null));
    check(ConvLoops.forward(s, x, w, bias(s)), forward(s, x, w, bias(s)));
    View nchw = rowMajor(s.n(), s.inChannels(), s.height(), s.width());
    check(ConvLoops.forward(s, nchw, w, bias(s)), forward(s, nchw, w, bias(s)));
    View part = strided(s.n(), s.inChannels(), s.height(), s.width());
    View last = channelsLast(s.outChannels(), s.inChannelsPerGroup(), s.kernelH(), s.kernelW());
    check(ConvLoops.forward(s, part, last, null), forward(s, part, last, null));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void inputGradientAgreesWithSevenLoops(ConvShape s) {
    View w = weight(s);
    View g = gradOut(s);
    check(ConvLoops.inputGrad(s, g, w), inputGrad(s, g, w));
    View nchw = rowMajor(s.n(), s.outChannels(), s.outH(), s.outW());
    View last = channelsLast(s.outChannels(), s.inChannelsPerGroup(), s.kernelH(), s.kernelW());
    check(ConvLoops.inputGrad(s, nchw, last), inputGrad(s, nchw, last));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void inputGradientIsAddedToWhatIsThere(ConvShape s) {
    View w = weight(s);
    View g = gradOut(s);
    View sum = inputGrad(s, g, w);
    double[] expected = ConvLoops.inputGrad(s, g, w);
    float[] before = numbers(sum.numel());
    Layout order = Layout.rowMajor(sum.shape());
    SIMD.copies().copy(new View(SIMD.wrap(before), order), sum);
    for (int i = 0; i < expected.length; i++) {
      expected[i] += before[i];
    }
    SIMD.conv().addConv2dInputGrad(s, g, w, sum);
    check(expected, sum);
  }

  /** −0, whether a sum is added by way of a tile or straight to the result. */
  @Test
  void addedGradientsThatUnderflowKeepTheirSign() {
    ConvShape s = new ConvShape(3, 140, 10, 9, 33, 1, 1, 1, 1, 0, 0, 1, 1, 1);
    View w = weight(s);
    View g = gradOut(s);
    Arrays.fill(w.array(), 1e-30f);
    Arrays.fill(g.array(), -1e-30f);
    int before = Parallel.threads();
    try {
      for (int threads : new int[] {1, 2, 7}) {
        Parallel.setThreads(threads);
        View sum = inputGrad(s, g, w);
        Arrays.fill(sum.array(), -0f);
        SIMD.conv().addConv2dInputGrad(s, g, w, sum);
        for (float value : sum.array()) {
          assertEquals(-0f, value, threads + " threads");
        }
      }
    } finally {
      Parallel.setThreads(before);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void weightGradientAgreesWithSevenLoops(ConvShape s) {
    View x = input(s);
    View g = gradOut(s);
    check(ConvLoops.weightGrad(s, x, g), weightGrad(s, x, g));
    View nchw = rowMajor(s.n(), s.inChannels(), s.height(), s.width());
    View part = strided(s.n(), s.outChannels(), s.outH(), s.outW());
    check(ConvLoops.weightGrad(s, nchw, part), weightGrad(s, nchw, part));
  }

  /**
   * Tiles cut by borders, several spans and panels, panels that are half empty; the last two with
   * weights that tasks transform themselves, in two blocks of inner channels and for tiles that
   * seven threads cut into parts.
   */
  static Stream<ConvShape> winogradShapes() {
    return Stream.of(
        new ConvShape(5, 32, 14, 13, 48, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(9, 16, 33, 31, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(3, 16, 12, 17, 160, 3, 3, 1, 1, 0, 2, 1, 1, 1),
        new ConvShape(6, 288, 14, 13, 80, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(9, 96, 14, 13, 112, 3, 3, 1, 1, 1, 1, 1, 1, 1));
  }

  @ParameterizedTest
  @MethodSource("winogradShapes")
  void winogradsFormAgreesWithSevenLoops(ConvShape s) {
    View x = input(s);
    View w = weight(s);
    View g = gradOut(s);
    check(ConvLoops.forward(s, x, w, bias(s)), forward(s, x, w, bias(s)), WINOGRAD);
    View last = channelsLast(s.outChannels(), s.inChannels(), 3, 3);
    check(ConvLoops.forward(s, x, last, null), forward(s, x, last, null), WINOGRAD);
    double[] expected = ConvLoops.inputGrad(s, g, w);
    View sum = inputGrad(s, g, w);
    check(expected, sum, WINOGRAD);
    SIMD.conv().addConv2dInputGrad(s, g, w, sum);
    check(Arrays.stream(expected).map(v -> 2 * v).toArray(), sum, WINOGRAD);
    check(ConvLoops.weightGrad(s, x, g), weightGrad(s, x, g), WINOGRAD);
  }

  static Stream<ConvShape> shapesWorthSeveralThreads() {
    return Stream.of(
        new ConvShape(3, 17, 29, 31, 37, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(2, 3, 65, 63, 19, 7, 7, 2, 2, 3, 3, 1, 1, 1),
        new ConvShape(1, 130, 7, 7, 150, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(9, 48, 24, 23, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(9, 96, 14, 13, 112, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(40, 16, 32, 32, 18, 3, 3, 2, 2, 1, 1, 1, 1, 2));
  }

  @ParameterizedTest
  @MethodSource("shapesWorthSeveralThreads")
  void anyNumberOfThreadsGivesTheSameBits(ConvShape s) {
    int before = Parallel.threads();
    try {
      Parallel.setThreads(1);
      float[][] one = allThree(s);
      for (int threads : new int[] {2, 7}) {
        Parallel.setThreads(threads);
        float[][] many = allThree(s);
        for (int i = 0; i < one.length; i++) {
          assertArrayEquals(one[i], many[i], "product " + i + ", " + threads + " threads");
        }
      }
    } finally {
      Parallel.setThreads(before);
    }
  }

  private static float[][] allThree(ConvShape s) {
    return new float[][] {
      forward(s, input(s), weight(s), bias(s)).array(),
      inputGrad(s, gradOut(s), weight(s)).array(),
      weightGrad(s, input(s), gradOut(s)).array()
    };
  }
}
