package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.cold.Warming;

/**
 * The transforms of one form of Winograd's convolution F(m×m, 3×3) (Lavin and Gray, 2016), for one
 * vector of channels at a time.
 */
interface WinogradTile {
  /** Output pixels along a side of a tile: m. */
  int outputs();

  /** Input pixels along a side of a tile, and products: m + 2. */
  default int inputs() {
    return outputs() + 2;
  }

  /** Products of a tile: inputs². */
  default int positions() {
    return inputs() * inputs();
  }

  /**
   * G g Gᵀ of a vector of outer channels.
   *
   * @param taps the nine taps' vectors, from {@code at} on
   * @param temp floats for 18 vectors
   * @param distance floats from one position to the next in {@code to}
   */
  void weight(float[] taps, int at, float[] temp, float[] to, int toAt, int distance);

  /**
   * Bᵀ d B of a vector of channels of a patch of the image, pixels {@code rowStride} and {@code
   * pixel} apart.
   *
   * @param temp floats for positions() vectors
   * @param offsets where each position's row lies in {@code to}, which begins at {@code toAt}
   */
  void input(
      float[] image,
      int at,
      int rowStride,
      int pixel,
      float[] temp,
      float[] to,
      int toAt,
      int[] offsets);

  /**
   * Aᵀ m A of a vector of channels, positions {@code distance} apart, into {@code temp} as
   * [outputs][outputs] vectors.
   */
  void output(float[] products, int at, int distance, float[] temp);

  /** Its vector kernels; until they are compiled it works in plain Java. */
  Warming warming();
}
