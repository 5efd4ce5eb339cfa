// Batch, layer and group normalisation. What differs is which elements share a mean: a nest walks
// the results of a sum (kept) and another the terms of each (reduced), and besides the element's
// place they give the number of its channel (whose weight it has) and of its group (whose mean).

// Sums of u and u^2 (stage 0: u the distance from the first term), or of g w and g w xhat (stage 1),
// each as two floats.
inline float4 term(int stage, float x, float first, float g, float mean, float inv_std, float w,
                   float4 sums) {
  float u = stage == 0 ? x - first : g * w;
  float v = stage == 0 ? u : (x - mean) * inv_std;
  float2 a = plus(sums.xy, u);
  float2 b = plus2(sums.zw, product(u, v));
  return (float4)(a, b);
}

inline float4 both(float4 a, float4 b) {
  return (float4)(plus2(a.xy, b.xy), plus2(a.zw, b.zw));
}

#define PARAMETERS                                                                           \
  uint kept, int kept_rank, int8 kept_size, int8 kept_x, int8 kept_c, int8 kept_m,           \
  uint reduced, int rank, int8 size, int8 step_x, int8 step_c, int8 step_m,                  \
  int stage, uint chunk, int chunks,                                                         \
  global const float *x, int x0, global const float *g, int g0,                              \
  global const float *mean, int mean0, global const float *inv_std, int inv_std0,            \
  global const float *weight, int weight0, global float4 *partial

#define ADD_TERM(r)                                                                          \
  {                                                                                          \
    int4 place_r = base + places(r, rank, size, step_x, step_c, step_m);                     \
    float gr = stage == 0 ? 0 : g[g0 + place_r.x];                                           \
    float mr = mean0 < 0 ? 0 : mean[mean0 + place_r.z];                                      \
    float sr = inv_std0 < 0 ? 1 : inv_std[inv_std0 + place_r.z];                             \
    float wr = weight0 < 0 ? 1 : weight[weight0 + place_r.y];                                \
    sums = term(stage, x[x0 + place_r.x], first, gr, mr, sr, wr, sums);                      \
  }

// A group per result and chunk.
kernel void norm_rows(PARAMETERS, local float4 *shared) {
  uint k = get_group_id(0) % kept;
  uint part = get_group_id(0) / kept;
  uint me = get_local_id(0);
  uint width = get_local_size(0);
  int4 base = places(k, kept_rank, kept_size, kept_x, kept_c, kept_m);
  float first = x[x0 + base.x];
  uint end = min(reduced, (part + 1) * chunk);
  float4 sums = (float4)(0);
  for (uint r = part * chunk + me; r < end; r += width) {
    ADD_TERM(r)
  }
  shared[me] = sums;
  for (uint half_width = width / 2; half_width > 0; half_width /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (me < half_width) {
      shared[me] = both(shared[me], shared[me + half_width]);
    }
  }
  if (me == 0) {
    partial[part * kept + k] = shared[0];
  }
}

// An item per result and chunk.
kernel void norm_columns(PARAMETERS) {
  uint k = get_global_id(0) % kept;
  uint part = get_global_id(0) / kept;
  if (part >= (uint)chunks) {
    return;
  }
  int4 base = places(k, kept_rank, kept_size, kept_x, kept_c, kept_m);
  float first = x[x0 + base.x];
  uint end = min(reduced, (part + 1) * chunk);
  float4 sums = (float4)(0);
  for (uint r = part * chunk; r < end; r++) {
    ADD_TERM(r)
  }
  partial[part * kept + k] = sums;
}

inline float4 all_chunks(uint k, uint kept, int chunks, global const float4 *partial) {
  float4 sums = partial[k];
  for (int c = 1; c < chunks; c++) {
    sums = both(sums, partial[c * kept + k]);
  }
  return sums;
}

// The mean, and the biased variance or, with eps, 1 / sqrt(variance + eps).
kernel void norm_moments(uint kept, int kept_rank, int8 kept_size, int8 kept_x, int8 kept_m,
                         int chunks, global const float4 *partial, float count, int inverse,
                         float eps, global const float *x, int x0,
                         global float *mean, int mean0, global float *out, int out0) {
  uint k = get_global_id(0);
  if (k >= kept) {
    return;
  }
  float4 sums = all_chunks(k, kept, chunks, partial);
  int4 at = places(k, kept_rank, kept_size, kept_x, kept_m, (int8)(0));
  float sum = sums.x + sums.y;
  float shift = sum / count;
  float rest = (fma(-shift, count, sums.x) + sums.y) / count;
  // sum u^2 - (sum u)^2 / n, its parts nearly equal where the first term lies far out.
  float2 square = product(sum, shift);
  float lost = sum * rest;
  float spread = ((sums.z - square.x) + (sums.w - square.y) - lost) / count;
  float variance = isnan(spread) ? spread : fmax(spread, 0.0f);
  mean[mean0 + at.y] = x[x0 + at.x] + shift + rest;
  out[out0 + at.y] = inverse ? 1 / sqrt(variance + eps) : variance;
}

// The gradients of bias and weight, or both sums for gradX: either output may be missing.
kernel void norm_sums(uint kept, int kept_rank, int8 kept_size, int8 kept_to, int chunks,
                      global const float4 *partial, global float *sum, int sum0,
                      global float *dot, int dot0) {
  uint k = get_global_id(0);
  if (k >= kept) {
    return;
  }
  float4 sums = all_chunks(k, kept, chunks, partial);
  int at = place(k, kept_rank, kept_size, kept_to);
  if (sum0 >= 0) {
    sum[sum0 + at] = whole(sums.xy);
  }
  if (dot0 >= 0) {
    dot[dot0 + at] = whole(sums.zw);
  }
}

// out = (x - mean) inv_std weight + bias; x and out lie alike.
kernel void norm_apply(uint n, int rank, int8 size, int8 step_x, int8 step_c, int8 step_m,
                       global const float *x, int x0, global float *out, int out0,
                       global const float *mean, int mean0, global const float *inv_std,
                       int inv_std0, global const float *weight, int weight0,
                       global const float *bias, int bias0) {
  uint i = get_global_id(0);
  if (i < n) {
    int4 at = places(i, rank, size, step_x, step_c, step_m);
    float w = weight0 < 0 ? 1 : weight[weight0 + at.y];
    float b = bias0 < 0 ? 0 : bias[bias0 + at.y];
    float normal = (x[x0 + at.x] - mean[mean0 + at.z]) * inv_std[inv_std0 + at.z];
    out[out0 + at.x] = normal * w + b;
  }
}

// gradX = inv_std (g w - (sum + xhat dot) / count), the sums those of g w, or (weighted 0) those of
// g where a group has one weight; without them (sum0 < 0) the mean was a constant.
kernel void norm_grad(uint n, int rank, int8 size, int8 step_x, int8 step_c, int8 step_m,
                      global const float *x, int x0, global const float *g, int g0,
                      global float *out, int out0,
                      global const float *mean, int mean0, global const float *inv_std,
                      int inv_std0, global const float *weight, int weight0,
                      global const float *sum, int sum0, global const float *dot, int dot0,
                      float count, int weighted) {
  uint i = get_global_id(0);
  if (i < n) {
    int4 at = places(i, rank, size, step_x, step_c, step_m);
    float w = weight0 < 0 ? 1 : weight[weight0 + at.y];
    float s = inv_std[inv_std0 + at.z];
    float d = g[g0 + at.x] * w;
    if (sum0 >= 0) {
      float normal = (x[x0 + at.x] - mean[mean0 + at.z]) * s;
      d -= (sum[sum0 + at.z] + normal * dot[dot0 + at.z]) / count * (weighted ? 1 : w);
    }
    out[out0 + at.x] = d * s;
  }
}

// running = (1 - momentum) running + momentum scale batch.
kernel void norm_follow(uint n, global float *running, int running0, int stride,
                        global const float *batch, int batch0, float keep, float part) {
  uint i = get_global_id(0);
  if (i < n) {
    int at = running0 + i * stride;
    running[at] = keep * running[at] + part * batch[batch0 + i];
  }
}

kernel void norm_inverse(uint n, global const float *variance, int variance0, int stride,
                         float eps, global float *out, int out0) {
  uint i = get_global_id(0);
  if (i < n) {
    out[out0 + i] = 1 / sqrt(variance[variance0 + i * stride] + eps);
  }
}
