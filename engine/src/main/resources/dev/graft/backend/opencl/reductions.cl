// Sums, maxima and minima over some dimensions: `kept` walks those that stay, `reduced` those that
// go. Long reductions are cut into chunks by their sizes alone, and the chunks' results are combined
// in order, so that the bits do not depend on the device's load.

#define SUM 0
#define MAX 1
#define MIN 2

inline float2 start_of(int kind) {
  return (float2)(kind == SUM ? 0.0f : kind == MAX ? -INFINITY : INFINITY, 0);
}

// NaN wins over all numbers.
inline float2 combine(int kind, float2 a, float2 b) {
  if (kind == SUM) {
    return plus2(a, b);
  }
  bool better = kind == MAX ? b.x > a.x : b.x < a.x;
  return better || isnan(b.x) ? b : a;
}

// A group per result and chunk: for neighbours along the reduced dimensions.
kernel void reduce_rows(uint kept, int kept_rank, int8 kept_size, int8 out_step, int8 x_step,
                        uint reduced, int rank, int8 size, int8 step,
                        int kind, uint chunk, int chunks,
                        global const float *x, int x0, global float *out, int out0,
                        global float2 *partial, local float2 *shared) {
  uint k = get_group_id(0) % kept;
  uint part = get_group_id(0) / kept;
  uint me = get_local_id(0);
  uint width = get_local_size(0);
  int4 at = places(k, kept_rank, kept_size, out_step, x_step, (int8)(0));
  uint end = min(reduced, (part + 1) * chunk);
  float2 result = start_of(kind);
  for (uint r = part * chunk + me; r < end; r += width) {
    float2 value = (float2)(x[x0 + at.y + place(r, rank, size, step)], 0);
    result = combine(kind, result, value);
  }
  shared[me] = result;
  for (uint half_width = width / 2; half_width > 0; half_width /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (me < half_width) {
      shared[me] = combine(kind, shared[me], shared[me + half_width]);
    }
  }
  if (me == 0) {
    if (chunks == 1) {
      out[out0 + at.x] = whole(shared[0]);
    } else {
      partial[part * kept + k] = shared[0];
    }
  }
}

// An item per result and chunk: for neighbours along the kept dimensions.
kernel void reduce_columns(uint kept, int kept_rank, int8 kept_size, int8 out_step, int8 x_step,
                           uint reduced, int rank, int8 size, int8 step,
                           int kind, uint chunk, int chunks,
                           global const float *x, int x0, global float *out, int out0,
                           global float2 *partial) {
  uint k = get_global_id(0) % kept;
  uint part = get_global_id(0) / kept;
  if (part >= (uint)chunks) {
    return;
  }
  int4 at = places(k, kept_rank, kept_size, out_step, x_step, (int8)(0));
  uint end = min(reduced, (part + 1) * chunk);
  float2 result = start_of(kind);
  for (uint r = part * chunk; r < end; r++) {
    float2 value = (float2)(x[x0 + at.y + place(r, rank, size, step)], 0);
    result = combine(kind, result, value);
  }
  if (chunks == 1) {
    out[out0 + at.x] = whole(result);
  } else {
    partial[part * kept + k] = result;
  }
}

// The chunks of each result in order.
kernel void reduce_chunks(uint kept, int kept_rank, int8 kept_size, int8 out_step,
                          int kind, int chunks, global const float2 *partial,
                          global float *out, int out0) {
  uint k = get_global_id(0);
  if (k < kept) {
    float2 result = partial[k];
    for (int c = 1; c < chunks; c++) {
      result = combine(kind, result, partial[c * kept + k]);
    }
    out[out0 + place(k, kept_rank, kept_size, out_step)] = whole(result);
  }
}

// The index of the first largest (sign 1) or smallest (-1) element of each line, or of its first
// NaN: a group per line.
kernel void arg_extreme(uint lines, int rank, int8 size, int8 step, int count, int stride,
                        float sign, global const float *x, int x0, global int *out,
                        local float *best_value, local int *best_index) {
  uint line = get_group_id(0);
  int me = get_local_id(0);
  int width = get_local_size(0);
  int at = x0 + place(line, rank, size, step);
  float value = -INFINITY;
  int index = INT_MAX;
  for (int k = me; k < count; k += width) {
    float v = sign * x[at + k * stride];
    if (index == INT_MAX || v > value || (isnan(v) && !isnan(value))) {
      value = v;
      index = k;
    }
  }
  best_value[me] = value;
  best_index[me] = index;
  for (int half_width = width / 2; half_width > 0; half_width /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (me < half_width) {
      float v = best_value[me + half_width];
      int i = best_index[me + half_width];
      float mine = best_value[me];
      bool same = v == mine || (isnan(v) && isnan(mine));
      bool better = v > mine || (isnan(v) && !isnan(mine));
      if (i != INT_MAX && (best_index[me] == INT_MAX || better || (same && i < best_index[me]))) {
        best_value[me] = v;
        best_index[me] = i;
      }
    }
  }
  if (me == 0) {
    out[line] = best_index[0];
  }
}

// Squares in three sums, of large, middle and small elements, scaled so that none overflows or
// vanishes (Blue, 1978): a group per chunk.
kernel void square_sums(uint n, uint chunk, global const float *x, int x0,
                        global float2 *partial, local float2 *shared) {
  uint part = get_group_id(0);
  uint me = get_local_id(0);
  uint width = get_local_size(0);
  uint end = min(n, (part + 1) * chunk);
  float2 large = (float2)(0);
  float2 middle = (float2)(0);
  float2 small = (float2)(0);
  for (uint i = part * chunk + me; i < end; i += width) {
    float v = x[x0 + i];
    float size = fabs(v);
    if (!(size < 0x1p50f)) {
      large = plus2(large, product(v * 0x1p-80f, v * 0x1p-80f));
    } else if (size < 0x1p-50f) {
      small = plus2(small, product(v * 0x1p100f, v * 0x1p100f));
    } else {
      middle = plus2(middle, product(v, v));
    }
  }
  for (int which = 0; which < 3; which++) {
    barrier(CLK_LOCAL_MEM_FENCE);
    shared[me] = which == 0 ? large : which == 1 ? middle : small;
    for (uint half_width = width / 2; half_width > 0; half_width /= 2) {
      barrier(CLK_LOCAL_MEM_FENCE);
      if (me < half_width) {
        shared[me] = plus2(shared[me], shared[me + half_width]);
      }
    }
    if (me == 0) {
      partial[3 * part + which] = shared[0];
    }
  }
}
