// Softmax along lines, and the negative log likelihood on top of it. Element k of line l is at
// l / inner * count * inner + l % inner + k * inner.

inline uint line_start(uint line, int count, int inner) {
  return line / inner * (uint)(count * inner) + line % inner;
}

inline float largest(float a, float b) {
  return isnan(a) || a > b ? a : b;
}

// An item per line.
kernel void softmax_lines(uint lines, int count, int inner, int log_of,
                          global const float *x, int x0, global float *out, int out0) {
  uint line = get_global_id(0);
  if (line >= lines) {
    return;
  }
  uint at = line_start(line, count, inner);
  x += x0 + at;
  out += out0 + at;
  float most = -INFINITY;
  for (int k = 0; k < count; k++) {
    most = largest(x[k * inner], most);
  }
  float2 sum = (float2)(0);
  for (int k = 0; k < count; k++) {
    sum = plus(sum, exp(x[k * inner] - most));
  }
  float total = whole(sum);
  float log_total = log(total);
  for (int k = 0; k < count; k++) {
    float shifted = x[k * inner] - most;
    out[k * inner] = log_of ? shifted - log_total : exp(shifted) / total;
  }
}

// The sum of all items' values; every item gets it.
inline float sum_of_group(float mine, local float *shared) {
  int me = get_local_id(0);
  barrier(CLK_LOCAL_MEM_FENCE);
  shared[me] = mine;
  for (int half_width = get_local_size(0) / 2; half_width > 0; half_width /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (me < half_width) {
      shared[me] += shared[me + half_width];
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  return shared[0];
}

// A group per line, for long ones whose elements are neighbours.
kernel void softmax_rows(int count, int log_of, global const float *x, int x0,
                         global float *out, int out0, local float *shared) {
  size_t at = (size_t)get_group_id(0) * count;
  int me = get_local_id(0);
  int width = get_local_size(0);
  x += x0 + at;
  out += out0 + at;
  float most = -INFINITY;
  for (int k = me; k < count; k += width) {
    most = largest(x[k], most);
  }
  shared[me] = most;
  for (int half_width = width / 2; half_width > 0; half_width /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (me < half_width) {
      shared[me] = largest(shared[me], shared[me + half_width]);
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  most = shared[0];
  float sum = 0;
  for (int k = me; k < count; k += width) {
    sum += exp(x[k] - most);
  }
  float total = sum_of_group(sum, shared);
  float log_total = log(total);
  for (int k = me; k < count; k += width) {
    float shifted = x[k] - most;
    out[k] = log_of ? shifted - log_total : exp(shifted) / total;
  }
}

// gradX = y (g - sum g y), or g - exp(y) sum g for the logarithm.
kernel void softmax_grad_lines(uint lines, int count, int inner, int log_of,
                               global const float *y, int y0, global const float *g, int g0,
                               global float *out, int out0) {
  uint line = get_global_id(0);
  if (line >= lines) {
    return;
  }
  uint at = line_start(line, count, inner);
  y += y0 + at;
  g += g0 + at;
  out += out0 + at;
  float2 sum = (float2)(0);
  for (int k = 0; k < count; k++) {
    sum = plus(sum, log_of ? g[k * inner] : g[k * inner] * y[k * inner]);
  }
  float total = whole(sum);
  for (int k = 0; k < count; k++) {
    float v = y[k * inner];
    float d = g[k * inner];
    out[k * inner] = log_of ? d - exp(v) * total : v * (d - total);
  }
}

kernel void softmax_grad_rows(int count, int log_of, global const float *y, int y0,
                              global const float *g, int g0, global float *out, int out0,
                              local float *shared) {
  size_t at = (size_t)get_group_id(0) * count;
  int me = get_local_id(0);
  int width = get_local_size(0);
  y += y0 + at;
  g += g0 + at;
  out += out0 + at;
  float sum = 0;
  for (int k = me; k < count; k += width) {
    sum += log_of ? g[k] : g[k] * y[k];
  }
  float total = sum_of_group(sum, shared);
  for (int k = me; k < count; k += width) {
    out[k] = log_of ? g[k] - exp(y[k]) * total : y[k] * (g[k] - total);
  }
}

// The loss of each row against its target; a negative target ignores it.
kernel void nll(uint rows, int classes, float smoothing, global const float *x, int x0,
                global const int *target, global const float *weight, int weight0,
                global float *out, int out0) {
  uint row = get_global_id(0);
  if (row >= rows) {
    return;
  }
  x += x0 + (size_t)row * classes;
  int t = target[row];
  float2 loss = (float2)(0);
  if (t >= 0) {
    loss = plus(loss, -(1 - smoothing) * (weight0 < 0 ? 1 : weight[weight0 + t]) * x[t]);
    for (int j = 0; smoothing > 0 && j < classes; j++) {
      loss = plus(loss, -smoothing / classes * (weight0 < 0 ? 1 : weight[weight0 + j]) * x[j]);
    }
  }
  out[out0 + row] = whole(loss);
}

kernel void nll_grad(uint n, int classes, float smoothing, global const float *g, int g0,
                     global const int *target, global const float *weight, int weight0,
                     global float *out, int out0) {
  uint i = get_global_id(0);
  if (i >= n) {
    return;
  }
  int row = i / classes;
  int j = i % classes;
  int t = target[row];
  float share = smoothing / classes + (j == t ? 1 - smoothing : 0);
  out[out0 + i] = t < 0 ? 0 : -g[g0 + row] * share * (weight0 < 0 ? 1 : weight[weight0 + j]);
}
