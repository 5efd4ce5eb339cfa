package dev.graft.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Means and variances of rows read once, against two passes in double precision. */
class RowMomentsTest {
  private static final int AT = 3;

  @ParameterizedTest(name = "{0} rows of {1}, mean {2}, a first row off by {3}")
  @CsvSource({
    "1, 1, 0, 0",
    "2, 17, 0, 0",
    "7, 3, 0, 0",
    "15, 64, 5, 0",
    "17, 65, 5, 0",
    "1024, 5, -3, 0",
    "1023, 16, 3000, 0",
    "1024, 31, 3000, 1000",
    "1024, 64, 0, 1000",
    "32, 2048, 10, 0",
    "33, 1025, 10, 1000",
    "16, 4099, 10, 0",
  })
  void agreeWithTwoPasses(int rows, int channels, float mean, float off) {
    float[] x = rows(rows, channels, mean, off);
    float[] parts = new float[RowMoments.size(channels)];
    RowMoments.measure(x, AT, rows, channels, parts, 0);
    assertMoments(RowMoments.total(parts, 0, rows, rows, channels), x, rows, channels);
  }

  @ParameterizedTest(name = "{0} blocks of {1} channels")
  @CsvSource({"1, 5", "2, 64", "3, 2049", "500, 33"})
  void areTheSameForBlocksPutTogether(int blocks, int channels) {
    int rows = 16;
    float[] x = rows(rows * blocks, channels, 7, 0);
    int size = RowMoments.size(channels);
    float[] parts = new float[3 + blocks * size];
    for (int k = 0; k < blocks; k++) {
      RowMoments.measure(x, AT + k * rows * channels, rows, channels, parts, 3 + k * size);
    }
    assertMoments(
        RowMoments.total(parts, 3, rows, rows * blocks, channels), x, rows * blocks, channels);
  }

  private static float[] rows(int rows, int channels, float mean, float off) {
    Random random = new Random(7);
    float[] x = new float[AT + rows * channels + 1];
    for (int i = 0; i < x.length; i++) {
      x[i] = mean + (float) random.nextGaussian() + (i < AT + channels ? off : 0);
    }
    return x;
  }

  private static void assertMoments(Moments moments, float[] x, int rows, int channels) {
    for (int c = 0; c < channels; c++) {
      double mean = 0;
      for (int r = 0; r < rows; r++) {
        mean += (double) x[AT + r * channels + c] / rows;
      }
      double variance = 0;
      for (int r = 0; r < rows; r++) {
        double d = x[AT + r * channels + c] - mean;
        variance += d * d / rows;
      }
      double scale = Math.sqrt(variance) + Math.abs(mean);
      assertEquals(mean, moments.mean[c], 1e-6 * (1 + scale), "mean of channel " + c);
      assertEquals(variance, moments.variance(c), 1e-5 * variance, "variance of channel " + c);
    }
  }
}
