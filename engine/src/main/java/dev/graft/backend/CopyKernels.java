package dev.graft.backend;

/** Moving numbers. */
public interface CopyKernels {
  /** {@code dst = src}; equal shapes, any strides; the source may repeat (stride 0). */
  void copy(View src, View dst);

  /** Sets every element; any strides. */
  void fill(View dst, float value);

  /** {@code dst[…, i, …] = src[…, index[i], …]} along {@code dim}; any strides; indices checked. */
  void indexSelect(View src, int dim, int[] index, View dst);

  /** {@code dst[…, index[i], …] += src[…, i, …]} along {@code dim}, in the order of i. */
  void indexAdd(View src, int dim, int[] index, View dst);
}
