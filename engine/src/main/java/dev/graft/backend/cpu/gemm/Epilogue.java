package dev.graft.backend.cpu.gemm;

/**
 * What is done to the sums on their way out: {@code out = relu?(sum + bias[column] + addend)}.
 *
 * @param bias by column, from {@code biasAt}; null for none
 * @param addend an array laid out as the output, {@code shift} further on; null for none. It may be
 *     the output itself: then the sums are added to it.
 */
public record Epilogue(float[] bias, int biasAt, float[] addend, int shift, boolean relu) {
  /** Whether sums are written as they are. */
  boolean isPlain() {
    return bias == null && addend == null && !relu;
  }

  /** Whether sums are added to {@code out}, which is the result, and no more. */
  boolean isAddedTo(float[] out) {
    return addend == out && shift == 0 && bias == null && !relu;
  }

  /** This for one of several passes over {@code out} that sum one product. */
  Epilogue pass(boolean first, boolean last, float[] out) {
    if (first && last) {
      return this;
    }
    return first
        ? new Epilogue(bias, biasAt, addend, shift, false)
        : new Epilogue(null, 0, out, 0, last && relu);
  }
}
