package dev.graft.demo;

import dev.graft.tensor.Rng;

/**
 * A smooth random displacement of the plane: uniform noise on a grid, smoothed by a Gaussian and
 * scaled to a wanted strength. Simard, Steinkraus and Platt (2003), who moved pixels with it; here
 * it moves the points of outlines, so that no image is resampled. Covers the square [−1, 1]²,
 * beyond which the border's displacement holds.
 */
final class ElasticField {
  private static final int GRID = 40;

  private final float[] dx;
  private final float[] dy;

  /**
   * @param sigma standard deviation of the Gaussian, in units of the plane
   * @param strength root mean square of the displacement along each axis, in units of the plane
   */
  ElasticField(Rng rng, double sigma, double strength) {
    dx = smoothNoise(rng, sigma * GRID / 2, strength);
    dy = smoothNoise(rng, sigma * GRID / 2, strength);
  }

  double dx(double x, double y) {
    return sample(dx, x, y);
  }

  double dy(double x, double y) {
    return sample(dy, x, y);
  }

  private static float[] smoothNoise(Rng rng, double sigma, double strength) {
    float[] noise = new float[GRID * GRID];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = 2 * rng.nextFloat() - 1;
    }
    float[] kernel = gaussian(sigma);
    float[] smooth = blurRows(blurRows(noise, kernel), kernel);
    double squares = 0;
    for (float v : smooth) {
      squares += v * v;
    }
    float scale = (float) (strength / Math.sqrt(squares / smooth.length));
    for (int i = 0; i < smooth.length; i++) {
      smooth[i] *= scale;
    }
    return smooth;
  }

  private static float[] gaussian(double sigma) {
    int radius = (int) Math.ceil(2.5 * sigma);
    float[] kernel = new float[2 * radius + 1];
    for (int i = 0; i < kernel.length; i++) {
      double d = (i - radius) / sigma;
      kernel[i] = (float) StrictMath.exp(-0.5 * d * d);
    }
    return kernel;
  }

  /** Convolves every row, zero beyond the border, and transposes: twice makes a blur of both. */
  private static float[] blurRows(float[] in, float[] kernel) {
    int radius = kernel.length / 2;
    float[] out = new float[in.length];
    for (int row = 0; row < GRID; row++) {
      for (int col = 0; col < GRID; col++) {
        float sum = 0;
        for (int k = Math.max(0, col - radius); k <= Math.min(GRID - 1, col + radius); k++) {
          sum += in[row * GRID + k] * kernel[k - col + radius];
        }
        out[col * GRID + row] = sum;
      }
    }
    return out;
  }

  private static double sample(float[] grid, double x, double y) {
    double u = clamp((x + 1) / 2 * (GRID - 1));
    double v = clamp((y + 1) / 2 * (GRID - 1));
    int col = Math.min((int) u, GRID - 2);
    int row = Math.min((int) v, GRID - 2);
    double fu = u - col;
    double fv = v - row;
    int i = row * GRID + col;
    double top = grid[i] * (1 - fu) + grid[i + 1] * fu;
    double bottom = grid[i + GRID] * (1 - fu) + grid[i + GRID + 1] * fu;
    return top * (1 - fv) + bottom * fv;
  }

  private static double clamp(double v) {
    return Math.max(0, Math.min(GRID - 1, v));
  }
}
