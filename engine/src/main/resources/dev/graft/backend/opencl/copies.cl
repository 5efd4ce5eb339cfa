// dst = src, each through its strides.
kernel void copy(uint n, int rank, int8 size,
                 global float *dst, int dst0, int8 dst_step,
                 global const float *src, int src0, int8 src_step) {
  uint i = get_global_id(0);
  if (i < n) {
    int4 at = places(i, rank, size, dst_step, src_step, (int8)(0));
    dst[dst0 + at.x] = src[src0 + at.y];
  }
}

kernel void fill(uint n, int rank, int8 size,
                 global float *dst, int dst0, int8 dst_step, float value) {
  uint i = get_global_id(0);
  if (i < n) {
    dst[dst0 + place(i, rank, size, dst_step)] = value;
  }
}

// dst[k, rest] = src[index[k], rest]; the nest walks the rest.
kernel void index_select(uint n, int rank, int8 size,
                         global float *dst, int dst0, int8 dst_step,
                         global const float *src, int src0, int8 src_step,
                         global const int *index, int count, int dst_stride, int src_stride) {
  uint item = get_global_id(0);
  if (item / n < (uint)count) {
    int k = item / n;
    int4 at = places(item % n, rank, size, dst_step, src_step, (int8)(0));
    dst[dst0 + at.x + k * dst_stride] = src[src0 + at.y + index[k] * src_stride];
  }
}

// dst[r, rest] += the sum of src[k, rest] over the k whose index is r, in their order: those stand
// at start[r] to start[r + 1] - 1 of `order`.
kernel void index_add(uint n, int rank, int8 size,
                      global float *dst, int dst0, int8 dst_step,
                      global const float *src, int src0, int8 src_step,
                      global const int *start, global const int *order, int count,
                      int dst_stride, int src_stride) {
  uint item = get_global_id(0);
  if (item / n < (uint)count) {
    int r = item / n;
    int end = start[r + 1];
    int k = start[r];
    if (k < end) {
      int4 at = places(item % n, rank, size, dst_step, src_step, (int8)(0));
      int to = dst0 + at.x + r * dst_stride;
      float sum = dst[to];
      for (; k < end; k++) {
        sum += src[src0 + at.y + order[k] * src_stride];
      }
      dst[to] = sum;
    }
  }
}
