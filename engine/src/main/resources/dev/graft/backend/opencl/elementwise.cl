// Elementwise arithmetic. A program is this text and one use of a macro below it, which gives a kind
// and its gradient: ClExpressions generates it from its table.

#define SELU_ALPHA 1.6732632423543772f
#define SELU_SCALE 1.0507009873554805f
#define SQRT_HALF 0.70710678118654752f
#define SQRT_2_PI 0.79788456080286536f
#define INV_SQRT_2PI 0.39894228040143268f

inline float sigmoid(float x) {
  return 1 / (1 + exp(-x));
}

// The normal distribution function.
inline float normal(float x) {
  return 0.5f * erfc(-x * SQRT_HALF);
}

inline float gelu_inner(float x) {
  return SQRT_2_PI * (x + 0.044715f * x * x * x);
}

inline float gelu_tanh_slope(float x) {
  float t = tanh(gelu_inner(x));
  return (1 + t) / 2 + x / 2 * (1 - t * t) * SQRT_2_PI * (1 + 3 * 0.044715f * x * x);
}

// tanh(log(1 + exp(x))), which is 1 in float32 from 20 on.
inline float mish_gate(float x) {
  return x > 20 ? 1 : tanh(log1p(exp(x)));
}

inline float mish_slope(float x) {
  float t = mish_gate(x);
  return t + x * (1 - t * t) * sigmoid(x);
}

// min and max that NaN goes through, as in Java.
inline float least(float x, float y) {
  return isnan(x) || x < y ? x : y;
}

inline float most(float x, float y) {
  return isnan(x) || x > y ? x : y;
}

inline float signum(float x) {
  return x > 0 ? 1 : x < 0 ? -1 : x;
}

// y = f(x); x and y dense in the same order.
#define UNARY(name, value, slope)                                                          \
  kernel void unary_##name(uint n, float p, float q,                                       \
                           global const float *xs, int x0, global float *ys, int y0) {     \
    uint i = get_global_id(0);                                                             \
    if (i < n) {                                                                           \
      float x = xs[x0 + i];                                                                \
      ys[y0 + i] = value;                                                                  \
    }                                                                                      \
  }                                                                                        \
  kernel void unary_grad_##name(uint n, float p, float q,                                  \
                                global const float *xs, int x0, global const float *ys,    \
                                int y0, global const float *gs, int g0,                    \
                                global float *out, int out0) {                             \
    uint i = get_global_id(0);                                                             \
    if (i < n) {                                                                           \
      float x = xs[x0 + i];                                                                \
      float y = ys[y0 + i];                                                                \
      out[out0 + i] = gs[g0 + i] * (slope);                                                \
    }                                                                                      \
  }

// out = a o b; out is dense in the nest's order.
#define BINARY(name, value)                                                                \
  kernel void binary_##name(uint n, int rank, int8 size, global float *out, int out0,      \
                            int8 out_step, global const float *as, int a0, int8 a_step,    \
                            global const float *bs, int b0, int8 b_step) {                 \
    uint i = get_global_id(0);                                                             \
    if (i < n) {                                                                           \
      int4 at = places(i, rank, size, out_step, a_step, b_step);                           \
      float x = as[a0 + at.y];                                                             \
      float y = bs[b0 + at.z];                                                             \
      out[out0 + at.x] = value;                                                            \
    }                                                                                      \
  }

// The gradient with respect to a (wanted 0) or b (wanted 1); out is dense in the nest's order.
#define BINARY_GRAD(name, slope_a, slope_b)                                                \
  kernel void binary_grad_##name(uint n, int rank, int8 size,                              \
                                 global float *out, int out0, int8 out_step,               \
                                 global const float *as, int a0, int8 a_step,              \
                                 global const float *bs, int b0, int8 b_step,              \
                                 global const float *gs, int g0, int8 g_step, int wanted) {\
    uint i = get_global_id(0);                                                             \
    if (i < n) {                                                                           \
      int4 at = places(i, rank, size, out_step, a_step, b_step);                           \
      float x = as[a0 + at.y];                                                             \
      float y = bs[b0 + at.z];                                                             \
      float g = gs[g0 + place(i, rank, size, g_step)];                                     \
      out[out0 + at.x] = g * (wanted == 0 ? (slope_a) : (slope_b));                        \
    }                                                                                      \
  }

// Losses of each element x against its target t, and both gradients.
#define LOSS(name, value, slope, target_slope)                                             \
  kernel void loss_##name(uint n, float p, global const float *xs, int x0,                 \
                          global const float *ts, int t0, global float *out, int out0) {   \
    uint i = get_global_id(0);                                                             \
    if (i < n) {                                                                           \
      float x = xs[x0 + i];                                                                \
      float t = ts[t0 + i];                                                                \
      out[out0 + i] = value;                                                               \
    }                                                                                      \
  }                                                                                        \
  kernel void loss_grad_##name(uint n, float p, global const float *xs, int x0,            \
                               global const float *ts, int t0, global const float *gs,     \
                               int g0, global float *out, int out0, int of_target) {       \
    uint i = get_global_id(0);                                                             \
    if (i < n) {                                                                           \
      float x = xs[x0 + i];                                                                \
      float t = ts[t0 + i];                                                                \
      float g = gs[g0 + i];                                                                \
      out[out0 + i] = g * (of_target ? (target_slope) : (slope));                          \
    }                                                                                      \
  }
