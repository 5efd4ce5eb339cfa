package dev.graft.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.backend.ConvShape;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.PreparedConv;
import dev.graft.backend.View;
import dev.graft.backend.cpu.cold.Warming;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The twins in plain Java give the vector kernels' bits, each by itself and all together. */
class ColdTest {
  private static final CpuBackend SIMD = new CpuBackend();
  private static final List<Warming> KERNELS = CpuBackend.warmings();

  @BeforeEach
  @AfterEach
  void vectors() {
    KERNELS.forEach(kernel -> kernel.use().compiled(true));
  }

  private static void compare(String what, float[][] expected, float[][] actual) {
    for (int k = 0; k < expected.length; k++) {
      for (int i = 0; i < expected[k].length; i++) {
        int e = Float.floatToIntBits(expected[k][i]);
        int a = Float.floatToIntBits(actual[k][i]);
        String where = what + ", array " + k + "[" + i + "]";
        assertEquals(
            e,
            a,
            () -> where + ": " + Float.intBitsToFloat(e) + " is not " + Float.intBitsToFloat(a));
      }
    }
  }

  private static void check(String name, KernelCase.Run run) {
    float[][] expected = run.on(SIMD);
    for (Warming kernel : KERNELS) {
      kernel.use().compiled(false);
      compare(name + " without " + kernel.name(), expected, run.on(SIMD));
      kernel.use().compiled(true);
    }
    KERNELS.forEach(kernel -> kernel.use().compiled(false));
    compare(name + " without any", expected, run.on(SIMD));
    KERNELS.getFirst().use().compiled(true);
    compare(name + " with " + KERNELS.getFirst().name(), expected, run.on(SIMD));
  }

  static Stream<KernelCase> pools() {
    return LayerCases.all().stream().filter(c -> c.name().contains("pool"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pools")
  void poolingGivesTheSameBits(KernelCase c) {
    check(c.name(), c.run());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 2048, 1000",
    "2, 17, 70",
    "3, 64, 65",
    "4, 300, 129",
    "5, 1, 7",
    "14, 256, 32",
    "33, 65, 47",
    "57, 1300, 49",
    "22, 64, 70",
    "29, 16, 16",
    "100, 700, 130"
  })
  void productsGiveTheSameBits(int m, int k, int n) {
    Layout out = Layout.rowMajor(Shape.of(1, m, n));
    View bias = numbers(Layout.rowMajor(Shape.of(n)), 3);
    for (Layout b : List.of(KernelCase.rows(1, k, n), KernelCase.rows(1, n, k).permute(0, 2, 1))) {
      View left = numbers(KernelCase.rows(1, m, k), 1);
      View right = numbers(b, 2);
      check(
          "matmul " + left.layout() + " " + b,
          backend -> {
            View to = KernelCase.output(SIMD, out);
            SIMD.matmul().matmul(left, right, bias, to);
            return new float[][] {to.array()};
          });
    }
  }

  static Stream<ConvShape> shapes() {
    return Stream.of(
        new ConvShape(1, 64, 13, 14, 96, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(3, 16, 14, 13, 80, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(5, 16, 33, 31, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(9, 336, 5, 5, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(1, 3, 39, 37, 33, 7, 7, 2, 2, 3, 3, 1, 1, 1),
        new ConvShape(1, 65, 7, 7, 31, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(1, 16, 29, 29, 20, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(1, 700, 9, 9, 64, 1, 1, 2, 2, 0, 0, 1, 1, 1),
        new ConvShape(2, 8, 6, 7, 12, 3, 3, 1, 1, 1, 1, 1, 1, 4));
  }

  private static View numbers(Layout layout, int seed) {
    float[] values = KernelCase.numbers(layout.numel() + seed, 0, 1);
    values[0] = -0f;
    values[layout.numel() / 3] = -Float.MIN_VALUE;
    values[layout.numel() / 2] = Float.NaN;
    return new View(SIMD.wrap(values), layout);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void convolutionsGiveTheSameBits(ConvShape s) {
    Layout out = Layout.channelsLast(Shape.of(s.n(), s.outChannels(), s.outH(), s.outW()));
    View x =
        numbers(Layout.channelsLast(Shape.of(s.n(), s.inChannels(), s.height(), s.width())), 1);
    Shape kernel = Shape.of(s.outChannels(), s.inChannelsPerGroup(), s.kernelH(), s.kernelW());
    View weight = numbers(Layout.rowMajor(kernel), 2);
    View bias = numbers(Layout.rowMajor(Shape.of(s.outChannels())), 3);
    View residual = numbers(out, 4);
    for (int way = 0; way < 8; way++) {
      View added = (way & 1) == 0 ? null : residual;
      View offset = (way & 2) == 0 ? null : bias;
      boolean relu = (way & 4) != 0;
      check(
          s + " way " + way,
          backend -> {
            PreparedConv conv = SIMD.conv().prepare(s, weight, offset, added != null, relu);
            View to = new View(new HostBuffer(new float[out.numel()], SIMD), out);
            Layout scratch = Layout.rowMajor(Shape.of(conv.scratch()));
            conv.bind(x, added, to, KernelCase.output(SIMD, scratch)).run();
            return new float[][] {to.array()};
          });
    }
  }

  @Test
  void allAreCompiledInTheEnd() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    for (Warming kernel : KERNELS) {
      boolean fast = false;
      while (!fast && System.nanoTime() < end) {
        fast = kernel.isFast();
      }
      assertTrue(fast, kernel.name() + " is not fast after a minute");
    }
  }
}
