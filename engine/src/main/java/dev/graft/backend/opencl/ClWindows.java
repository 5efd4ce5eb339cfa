package dev.graft.backend.opencl;

/**
 * How {@code gemm.cl} reads an image [n, height, width, channels·groups] as the rows of a matrix:
 * window (n, p, q) begins at pixel (p·stepY + firstY, q·stepX + firstX), its taps (r, s) lie tapY
 * and tapX apart; s counts to tapsS.
 */
record ClWindows(
    int countP,
    int countQ,
    int height,
    int width,
    int stepY,
    int stepX,
    int firstY,
    int firstX,
    int tapsS,
    int tapY,
    int tapX,
    int channels,
    int strideN,
    int strideY,
    int strideX) {

  int[] image() {
    return new int[] {countP, countQ, height, width, stepY, stepX, firstY, firstX};
  }

  int[] taps() {
    return new int[] {tapsS, tapY, tapX, channels, strideN, strideY, strideX};
  }
}
