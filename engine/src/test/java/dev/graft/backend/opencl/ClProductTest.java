package dev.graft.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.backend.View;
import dev.graft.backend.cpu.KernelCases;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Products by every tile, also those that the present device would not choose. */
class ClProductTest {
  private static ClBackend device;

  @BeforeAll
  static void open() {
    device = TestDevice.backend();
  }

  static List<ClTile> tiles() {
    return ClTile.ALL;
  }

  private static float[] numbers(int n) {
    Rng rng = Rng.of(n + 5);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) rng.nextGaussian();
    }
    return values;
  }

  private static float[] expected(float[] a, float[] b, int batch, int m, int n, int k) {
    float[] out = new float[batch * m * n];
    for (int i = 0; i < batch * m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int p = 0; p < k; p++) {
          sum += (double) a[i * k + p] * b[(i / m * k + p) * n + j];
        }
        out[i * n + j] = (float) sum;
      }
    }
    return out;
  }

  @ParameterizedTest
  @MethodSource("tiles")
  void everyTileAgrees(ClTile tile) {
    int m = 133;
    int n = 140;
    int k = 37;
    float[] a = numbers(m * k);
    float[] b = numbers(k * n);
    View out = new View(device.buffer(m * n), Layout.rowMajor(Shape.of(1, m, n)));
    new ClProduct(device, m, n, k)
        .a((ClBuffer) device.wrap(a), 0, k, 1, 0)
        .b((ClBuffer) device.wrap(b), 0, n, 1, 0)
        .out(out, n, 0)
        .by(tile)
        .run();
    float[] actual = new float[m * n];
    out.buffer().read(0, actual, 0, actual.length);
    KernelCases.compare(tile.toString(), 2e-5, expected(a, b, 1, m, n, k), actual);
  }

  @ParameterizedTest(name = "{0} x {1} x {2} x {3}")
  @CsvSource({
    "1, 1, 1, 1",
    "3, 1, 17, 33",
    "1, 130, 64, 1",
    "1, 1, 20000, 7",
    "2, 15, 255, 33",
    "1, 29, 19, 65",
    "7, 11, 23, 29",
    "2, 5, 0, 9",
    "0, 3, 4, 5",
    "1, 3, 4, 0"
  })
  void matmulAgrees(int batch, int m, int k, int n) {
    float[] a = numbers(batch * m * k);
    float[] b = numbers(batch * k * n);
    View left = new View(device.wrap(a), Layout.rowMajor(Shape.of(batch, m, k)));
    View right = new View(device.wrap(b), Layout.rowMajor(Shape.of(batch, k, n)));
    View out = new View(device.buffer(batch * m * n), Layout.rowMajor(Shape.of(batch, m, n)));
    device.matmul().matmul(left, right, null, out);
    float[] actual = new float[batch * m * n];
    out.buffer().read(0, actual, 0, actual.length);
    KernelCases.compare("matmul", 2e-5, expected(a, b, batch, m, n, k), actual);
  }

  /** Both read along their columns, with a bias. */
  @Test
  void transposedOperandsAgree() {
    int m = 45;
    int n = 70;
    int k = 50;
    float[] a = numbers(m * k);
    float[] b = numbers(k * n);
    float[] bias = numbers(n);
    View left = new View(device.wrap(a), Layout.rowMajor(Shape.of(1, k, m)).permute(0, 2, 1));
    View right = new View(device.wrap(b), Layout.rowMajor(Shape.of(1, n, k)).permute(0, 2, 1));
    View out = new View(device.buffer(m * n), Layout.rowMajor(Shape.of(1, m, n)));
    View add = new View(device.wrap(bias), Layout.rowMajor(Shape.of(n)));
    device.matmul().matmul(left, right, add, out);
    float[] actual = new float[m * n];
    out.buffer().read(0, actual, 0, actual.length);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = bias[j];
        for (int p = 0; p < k; p++) {
          sum += (double) a[p * m + i] * b[j * k + p];
        }
        assertEquals(sum, actual[i * n + j], 1e-4, i + "," + j);
      }
    }
  }

  @Test
  void aTileFitsTheDevice() {
    for (int size : new int[] {1, 16, 100, 5000}) {
      ClTile tile = ClTile.of(device.device(), size, size, 1);
      assertTrue(tile.fits(device.device()), tile.toString());
    }
  }
}
