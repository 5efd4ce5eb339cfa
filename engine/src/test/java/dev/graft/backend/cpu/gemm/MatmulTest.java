package dev.graft.backend.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.backend.View;
import dev.graft.backend.cpu.CpuBackend;
import dev.graft.backend.cpu.Parallel;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products against three loops in double precision, at sizes around the tile's. */
class MatmulTest {
  private static final CpuBackend SIMD = new CpuBackend();

  private static View view(Layout layout, int length) {
    Rng rng = Rng.of(length + 31);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) rng.nextGaussian();
    }
    return new View(SIMD.wrap(values), layout);
  }

  /** A row-major operand [batch, rows, columns] that begins 5 into its array. */
  private static View dense(int batch, int rows, int columns) {
    return view(Layout.rowMajor(Shape.of(batch, rows, columns)).at(5), batch * rows * columns + 9);
  }

  /** The same shape read from a transposed array with gaps. */
  private static View transposed(int batch, int rows, int columns) {
    int gap = rows + 3;
    int[] strides = {columns * gap + 1, 1, gap};
    int length = batch * (columns * gap + 1) + rows + 5;
    return view(Layout.of(Shape.of(batch, rows, columns), strides, 2), length);
  }

  /** One matrix repeated over the batch, columns two apart. */
  private static View repeated(int batch, int rows, int columns) {
    int[] strides = {0, 2 * columns + 1, 2};
    int length = rows * (2 * columns + 1) + 3;
    return view(Layout.of(Shape.of(batch, rows, columns), strides, 1), length);
  }

  private static float[] product(View a, View y, View bias) {
    Layout out = Layout.rowMajor(Shape.of(a.dim(0), a.dim(1), y.dim(2))).at(3);
    View result = view(out, out.numel() + 7);
    SIMD.matmul().matmul(a, y, bias, result);
    return result.array();
  }

  private static double at(View v, int b, int i, int j) {
    return v.array()[v.offset() + b * v.stride(0) + i * v.stride(1) + j * v.stride(2)];
  }

  private static void check(View a, View y, View bias) {
    int batch = a.dim(0);
    int m = a.dim(1);
    int k = a.dim(2);
    int n = y.dim(2);
    float[] actual = product(a, y, bias);
    float[] untouched = view(Layout.rowMajor(Shape.of(1)), actual.length).array();
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = bias == null ? 0 : bias.array()[bias.offset() + j];
          double size = Math.abs(sum) + 1e-3;
          for (int p = 0; p < k; p++) {
            double term = at(a, b, i, p) * at(y, b, p, j);
            sum += term;
            size += Math.abs(term);
          }
          int index = 3 + (b * m + i) * n + j;
          assertEquals(sum, actual[index], 2e-6 * size, b + "," + i + "," + j);
          untouched[index] = actual[index];
        }
      }
    }
    assertArrayEquals(untouched, actual, "nothing outside the result is written");
  }

  @ParameterizedTest(name = "{0} x {1} x {2} x {3}")
  @CsvSource({
    "1, 1, 1, 1",
    "1, 1, 300, 1",
    "3, 1, 17, 33",
    "1, 1, 511, 1000",
    "1, 130, 64, 1",
    "2, 6, 5, 16",
    "1, 7, 1, 15",
    "1, 13, 256, 31",
    "1, 14, 257, 32",
    "2, 15, 255, 33",
    "1, 13, 1024, 31",
    "1, 15, 1025, 33",
    "1, 13, 1280, 31",
    "1, 15, 1281, 33",
    "1, 31, 2561, 70",
    "2, 14, 513, 32",
    "1, 29, 19, 65",
    "1, 169, 37, 47",
    "1, 337, 513, 71",
    "7, 11, 23, 29",
    "1, 17, 31, 400",
    "2, 29, 300, 641",
    "1, 200, 33, 1700",
    "1, 131, 259, 257",
    "1, 97, 130, 530",
    "1, 61, 601, 705",
    "1, 67, 1201, 1331",
    "1, 70, 5200, 35",
    "1, 8, 40, 32",
    "1, 9, 1281, 49",
    "2, 23, 67, 61",
    "1, 22, 19, 200",
    "1, 1003, 37, 96",
    "1, 57, 2600, 24",
    "2, 100, 600, 300",
    "2, 5, 0, 9",
    "0, 3, 4, 5",
    "1, 0, 4, 5",
    "1, 3, 4, 0"
  })
  void agreesWithThreeLoops(int batch, int m, int k, int n) {
    View bias = view(Layout.rowMajor(Shape.of(n)).at(1), n + 1);
    check(dense(batch, m, k), dense(batch, k, n), null);
    check(dense(batch, m, k), dense(batch, k, n), bias);
    check(transposed(batch, m, k), dense(batch, k, n), bias);
    check(dense(batch, m, k), transposed(batch, k, n), null);
    check(repeated(batch, m, k), transposed(batch, k, n), bias);
    check(transposed(batch, m, k), repeated(batch, k, n), null);
  }

  /** Right operands of more than 12 MB, which are passed over region by region. */
  @ParameterizedTest(name = "{0} x {1} x {2}")
  @CsvSource({"65, 1237, 2561", "65, 2600, 1221"})
  void agreesWithThreeLoopsWhereTheRightOperandIsLarge(int m, int k, int n) {
    check(dense(1, m, k), dense(1, k, n), null);
  }

  /** −0, whether a sum goes by way of a tile or straight to the result. */
  @Test
  void sumsThatUnderflowKeepTheirSign() {
    View a = dense(1, 200, 33);
    View y = dense(1, 33, 1700);
    Arrays.fill(a.array(), 1e-30f);
    Arrays.fill(y.array(), -1e-30f);
    int before = Parallel.threads();
    try {
      for (int threads : new int[] {1, 2, 7}) {
        Parallel.setThreads(threads);
        float[] out = product(a, y, null);
        for (int i = 3; i < 3 + 200 * 1700; i++) {
          assertEquals(-0f, out[i], threads + " threads, " + i);
        }
      }
    } finally {
      Parallel.setThreads(before);
    }
  }

  @Test
  void infinitiesAndNotANumbersStayInTheirRowsAndColumns() {
    View a = dense(1, 17, 40);
    View y = dense(1, 40, 35);
    a.array()[a.offset() + 16 * 40 + 3] = Float.NaN;
    y.array()[y.offset() + 7 * 35 + 34] = Float.POSITIVE_INFINITY;
    float[] out = product(a, y, null);
    for (int i = 0; i < 17; i++) {
      for (int j = 0; j < 35; j++) {
        float value = out[3 + i * 35 + j];
        assertEquals(i == 16, Float.isNaN(value), i + "," + j);
        assertEquals(i != 16 && j == 34, Float.isInfinite(value), i + "," + j);
      }
    }
  }

  @ParameterizedTest(name = "{0} x {1} x {2} x {3}")
  @CsvSource({
    "1, 337, 513, 71",
    "1, 3, 700, 515",
    "5, 61, 67, 71",
    "1, 1, 2048, 1000",
    "1, 200, 33, 1700",
    "1, 131, 600, 300",
    "1, 97, 130, 530",
    "1, 61, 601, 705",
    "1, 67, 1201, 1331",
    "1, 70, 5200, 35",
    "1, 59, 4845, 192",
    "1, 1003, 2600, 57",
    "1, 65, 1237, 2561",
    "1, 65, 2600, 1221",
    "1, 450, 700, 1100",
    "2, 100, 257, 1025"
  })
  void anyNumberOfThreadsGivesTheSameBits(int batch, int m, int k, int n) {
    View a = dense(batch, m, k);
    View y = dense(batch, k, n);
    int before = Parallel.threads();
    try {
      Parallel.setThreads(1);
      float[] one = product(a, y, null);
      for (int threads : new int[] {2, 7}) {
        Parallel.setThreads(threads);
        assertArrayEquals(one, product(a, y, null), threads + " threads");
      }
    } finally {
      Parallel.setThreads(before);
    }
  }
}
