// Kernels along the lines of one dimension; the nest walks where lines begin.

kernel void cumsum(uint lines, int rank, int8 size,
                   global float *out, int out0, int8 out_step,
                   global const float *x, int x0, int8 x_step,
                   int count, int out_stride, int x_stride, int from_last) {
  uint line = get_global_id(0);
  if (line < lines) {
    int4 at = places(line, rank, size, out_step, x_step, (int8)(0));
    float2 sum = (float2)(0);
    for (int k = 0; k < count; k++) {
      int j = from_last ? count - 1 - k : k;
      sum = plus(sum, x[x0 + at.y + j * x_stride]);
      out[out0 + at.x + j * out_stride] = whole(sum);
    }
  }
}

// A product as two floats times a power of two, so that it neither overflows nor vanishes on its
// way.
typedef struct {
  float2 value;
  int power;
} scaled;

inline scaled normalised(float2 value, int power) {
  scaled result;
  float head = value.x + value.y;
  float tail = value.y - (head - value.x);
  int shift = 0;
  if (isfinite(head) && head != 0) {
    head = frexp(head, &shift);
    tail = ldexp(tail, -shift);
  } else {
    tail = 0;
  }
  result.value = (float2)(head, tail);
  result.power = power + shift;
  return result;
}

inline scaled times(scaled a, float x) {
  int shift = 0;
  float factor = isfinite(x) && x != 0 ? frexp(x, &shift) : x;
  float2 p = product(a.value.x, factor);
  float rest = a.value.y * factor;
  return normalised((float2)(p.x, isfinite(p.x) ? p.y + rest : 0), a.power + shift);
}

inline float unscaled(scaled a) {
  return ldexp(a.value.x + a.value.y, clamp(a.power, -400, 400));
}

inline scaled unit(float x) {
  scaled one;
  one.value = (float2)(1, 0);
  one.power = 0;
  return times(one, x);
}

kernel void prod(uint lines, int rank, int8 size,
                 global float *out, int out0, int8 out_step,
                 global const float *x, int x0, int8 x_step, int count, int x_stride) {
  uint line = get_global_id(0);
  if (line < lines) {
    int4 at = places(line, rank, size, out_step, x_step, (int8)(0));
    scaled result = unit(1);
    for (int k = 0; k < count; k++) {
      result = times(result, x[x0 + at.y + k * x_stride]);
    }
    out[out0 + at.x] = unscaled(result);
  }
}

// gradX[k] = g times all other elements. Where none is 0, infinite or NaN the product of all is
// divided; else the others are multiplied for each k that needs it.
kernel void prod_grad(uint lines, int rank, int8 size,
                      global float *out, int out0, int8 out_step,
                      global const float *x, int x0, int8 x_step,
                      global const float *g, int g0, int8 g_step,
                      int count, int out_stride, int x_stride) {
  uint line = get_global_id(0);
  if (line >= lines) {
    return;
  }
  int4 at = places(line, rank, size, out_step, x_step, g_step);
  x += x0 + at.y;
  out += out0 + at.x;
  float upstream = g[g0 + at.z];
  int zeros = 0;
  bool plain = isfinite(upstream);
  scaled all = unit(upstream);
  for (int k = 0; k < count; k++) {
    float v = x[k * x_stride];
    zeros += v == 0;
    plain = plain && isfinite(v);
    all = times(all, v);
  }
  for (int k = 0; k < count; k++) {
    float v = x[k * x_stride];
    if (plain && zeros == 0) {
      int shift = 0;
      float divisor = frexp(v, &shift);
      float head = all.value.x / divisor;
      float rest = fma(-head, divisor, all.value.x) + all.value.y;
      out[k * out_stride] =
          ldexp(head + rest / divisor, clamp(all.power - shift, -400, 400));
    } else if (plain && (zeros > 1 || v != 0)) {
      out[k * out_stride] = 0;
    } else {
      scaled others = unit(upstream);
      for (int j = 0; j < count; j++) {
        if (j != k) {
          others = times(others, x[j * x_stride]);
        }
      }
      out[k * out_stride] = unscaled(others);
    }
  }
}

// out[rest, j] = x[rest, index[rest, j]]; the index is row-major in out's shape.
kernel void gather(uint lines, int rank, int8 size,
                   global float *out, int out0, int8 out_step,
                   global const float *x, int x0, int8 x_step,
                   global const int *index, int count, int inner, int out_stride, int x_stride) {
  uint item = get_global_id(0);
  if (item / lines < (uint)count) {
    int j = item / lines;
    uint line = item % lines;
    int4 at = places(line, rank, size, out_step, x_step, (int8)(0));
    int from = index[(line / inner * count + j) * inner + line % inner];
    out[out0 + at.x + j * out_stride] = x[x0 + at.y + from * x_stride];
  }
}

// out[rest, index[rest, j]] += x[rest, j], in the order of j: an item per line.
kernel void scatter_add(uint lines, int rank, int8 size,
                        global float *out, int out0, int8 out_step,
                        global const float *x, int x0, int8 x_step,
                        global const int *index, int count, int inner, int out_stride,
                        int x_stride) {
  uint line = get_global_id(0);
  if (line < lines) {
    int4 at = places(line, rank, size, out_step, x_step, (int8)(0));
    for (int j = 0; j < count; j++) {
      int to = index[(line / inner * count + j) * inner + line % inner];
      out[out0 + at.x + to * out_stride] += x[x0 + at.y + j * x_stride];
    }
  }
}

// The elements as numbers that sort ascending in the wanted order, their indices in the lower half:
// all are different, so equal values keep their order. Padding to `width`, a power of two, sorts
// last.
kernel void sort_keys(uint lines, int rank, int8 size, int8 x_step,
                      global const float *x, int x0, int count, int x_stride, int largest,
                      int width, global ulong *keys) {
  uint item = get_global_id(0);
  uint line = item / width;
  int k = item % width;
  if (line >= lines) {
    return;
  }
  ulong key = ULONG_MAX;
  if (k < count) {
    float v = x[x0 + place(line, rank, size, x_step) + k * x_stride];
    uint bits = isnan(v) ? 0x7fffffffu : v == 0 ? 0 : as_uint(v);
    uint ordered = bits & 0x80000000u ? ~bits : bits | 0x80000000u;
    key = ((ulong)(largest ? ~ordered : ordered) << 32) | (uint)k;
  }
  keys[item] = key;
}

// One step of the bitonic sort (Batcher, 1968) in every line.
kernel void sort_step(uint items, int width, int block, int distance, global ulong *keys) {
  uint item = get_global_id(0);
  if (item < items) {
    uint half_width = width / 2;
    uint line = item / half_width;
    uint pair = item % half_width;
    uint low = pair / distance * 2 * distance + pair % distance;
    uint high = low + distance;
    global ulong *mine = keys + (size_t)line * width;
    bool ascending = (low & block) == 0;
    ulong a = mine[low];
    ulong b = mine[high];
    if ((a > b) == ascending) {
      mine[low] = b;
      mine[high] = a;
    }
  }
}

// The first `most` indices of each line, in row-major order of the result.
kernel void sort_pick(uint items, int most, int inner, int width,
                      global const ulong *keys, global int *out) {
  uint item = get_global_id(0);
  if (item < items) {
    uint line = item / most;
    int j = item % most;
    out[(line / inner * most + j) * inner + line % inner] =
        (int)(keys[(size_t)line * width + j] & 0xffffffffu);
  }
}
