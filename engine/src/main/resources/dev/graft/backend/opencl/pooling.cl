// 2-D pooling. Windows are clipped to the input; the gradients gather, so that nothing is added by
// two items at once: each input pixel asks the windows that it lies in, in order.

#define COUNT_C shape.s0
#define HEIGHT shape.s1
#define WIDTH shape.s2
#define OUT_H shape.s3
#define OUT_W shape.s4
#define ADAPTIVE shape.s5
#define KERNEL_H window.s0
#define KERNEL_W window.s1
#define STRIDE_H window.s2
#define STRIDE_W window.s3
#define PAD_H window.s4
#define PAD_W window.s5
#define COUNT_PAD window.s6

inline int at4(int4 stride, int n, int c, int h, int w) {
  return n * stride.x + c * stride.y + h * stride.z + w * stride.w;
}

// From and to of the rows (or columns) of window i.
inline int2 range(int i, int size, int out_size, int kernel_size, int stride, int pad,
                  int adaptive) {
  if (adaptive) {
    return (int2)((int)((long)i * size / out_size),
                  (int)(((long)(i + 1) * size + out_size - 1) / out_size));
  }
  int first = i * stride - pad;
  return (int2)(max(first, 0), min(first + kernel_size, size));
}

#define ROWS(i) range(i, HEIGHT, OUT_H, KERNEL_H, STRIDE_H, PAD_H, ADAPTIVE)
#define COLUMNS(i) range(i, WIDTH, OUT_W, KERNEL_W, STRIDE_W, PAD_W, ADAPTIVE)

// What an average divides by: the window in the input, or in input and padding.
inline float divisor(int oh, int ow, int2 rows, int2 columns, int8 shape, int8 window) {
  if (ADAPTIVE || !COUNT_PAD) {
    return (float)((rows.y - rows.x) * (columns.y - columns.x));
  }
  int top = oh * STRIDE_H - PAD_H;
  int left = ow * STRIDE_W - PAD_W;
  int height = min(top + KERNEL_H, HEIGHT + PAD_H) - top;
  int width = min(left + KERNEL_W, WIDTH + PAD_W) - left;
  return (float)(height * width);
}

// (h, w) of the first largest element of a window, or of its first NaN; -1 if it is empty.
inline int2 largest(global const float *x, int4 stride, int n, int c, int2 rows, int2 columns) {
  int2 best = (int2)(-1);
  float value = 0;
  for (int h = rows.x; h < rows.y; h++) {
    for (int w = columns.x; w < columns.y; w++) {
      float v = x[at4(stride, n, c, h, w)];
      if (best.x < 0 || v > value || (isnan(v) && !isnan(value))) {
        best = (int2)(h, w);
        value = v;
      }
    }
  }
  return best;
}

// Items go over n, h, w, c: neighbours are channels.
#define ITEM(height, width)                                  \
  uint item = get_global_id(0);                              \
  if (item >= items) return;                                 \
  int c = item % COUNT_C;                                    \
  int w = item / COUNT_C % width;                            \
  int h = item / COUNT_C / width % height;                   \
  int n = item / COUNT_C / width / height;

kernel void pool(uint items, int8 shape, int8 window, int average,
                 global const float *x, int x0, int4 x_stride,
                 global float *out, int out0, int4 out_stride) {
  ITEM(OUT_H, OUT_W)
  x += x0;
  int2 rows = ROWS(h);
  int2 columns = COLUMNS(w);
  float result;
  if (average) {
    float2 sum = (float2)(0);
    for (int i = rows.x; i < rows.y; i++) {
      for (int j = columns.x; j < columns.y; j++) {
        sum = plus(sum, x[at4(x_stride, n, c, i, j)]);
      }
    }
    result = whole(sum) / divisor(h, w, rows, columns, shape, window);
  } else {
    int2 best = largest(x, x_stride, n, c, rows, columns);
    result = best.x < 0 ? -INFINITY : x[at4(x_stride, n, c, best.x, best.y)];
  }
  out[out0 + at4(out_stride, n, c, h, w)] = result;
}

// The windows along one axis that hold element i: from and to.
inline int2 windows(int i, int size, int out_size, int kernel_size, int stride, int pad,
                    int adaptive) {
  if (adaptive) {
    int first = max(0, (int)((long)i * out_size / size) - 1);
    int last = min(out_size, (int)(((long)(i + 1) * out_size + size - 1) / size) + 1);
    return (int2)(first, last);
  }
  int first = i + pad - kernel_size + 1;
  return (int2)(first <= 0 ? 0 : (first + stride - 1) / stride,
                min(out_size, (i + pad) / stride + 1));
}

kernel void pool_grad(uint items, int8 shape, int8 window, int average,
                      global const float *x, int x0, int4 x_stride,
                      global const float *g, int g0, int4 g_stride,
                      global float *out, int out0, int4 out_stride) {
  ITEM(HEIGHT, WIDTH)
  x += x0;
  int2 over = windows(h, HEIGHT, OUT_H, KERNEL_H, STRIDE_H, PAD_H, ADAPTIVE);
  int2 across = windows(w, WIDTH, OUT_W, KERNEL_W, STRIDE_W, PAD_W, ADAPTIVE);
  float sum = 0;
  for (int i = over.x; i < over.y; i++) {
    int2 rows = ROWS(i);
    if (h < rows.x || h >= rows.y) {
      continue;
    }
    for (int j = across.x; j < across.y; j++) {
      int2 columns = COLUMNS(j);
      if (w < columns.x || w >= columns.y) {
        continue;
      }
      float part = g[g0 + at4(g_stride, n, c, i, j)];
      if (average) {
        sum += part / divisor(i, j, rows, columns, shape, window);
      } else {
        int2 best = largest(x, x_stride, n, c, rows, columns);
        sum += best.x == h && best.y == w ? part : 0;
      }
    }
  }
  out[out0 + at4(out_stride, n, c, h, w)] = sum;
}
