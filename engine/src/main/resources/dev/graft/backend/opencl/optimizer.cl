// Optimiser steps in place. All views are dense in the same order.

kernel void sgd(uint n, global float *param, int p0, global const float *grad, int g0,
                global float *velocity, int v0, int first, float lr, float momentum,
                float decay, int nesterov) {
  uint i = get_global_id(0);
  if (i < n) {
    float p = param[p0 + i];
    float g = grad[g0 + i] + decay * p;
    float step = g;
    if (v0 >= 0) {
      float v = first ? g : momentum * velocity[v0 + i] + g;
      velocity[v0 + i] = v;
      step = nesterov ? g + momentum * v : v;
    }
    param[p0 + i] = p - lr * step;
  }
}

// scale1 and scale2 are 1/(1 - beta^t), rest1 and rest2 are 1 - beta.
kernel void adam(uint n, global float *param, int p0, global const float *grad, int g0,
                 global float *ms, int m0, global float *vs, int v0,
                 float lr, float beta1, float beta2, float rest1, float rest2,
                 float scale1, float scale2, float eps, float decay, int decoupled) {
  uint i = get_global_id(0);
  if (i < n) {
    float p = param[p0 + i];
    float g = grad[g0 + i];
    if (decoupled) {
      p -= lr * decay * p;
    } else {
      g += decay * p;
    }
    float m = beta1 * ms[m0 + i] + rest1 * g;
    float v = beta2 * vs[v0 + i] + rest2 * g * g;
    ms[m0 + i] = m;
    vs[v0 + i] = v;
    param[p0 + i] = p - lr * (m * scale1 / (sqrt(v * scale2) + eps));
  }
}

kernel void rmsprop(uint n, global float *param, int p0, global const float *grad, int g0,
                    global float *square, int s0, global float *mean, int m0,
                    global float *velocity, int v0, float lr, float alpha, float rest,
                    float eps, float momentum, float decay) {
  uint i = get_global_id(0);
  if (i < n) {
    float p = param[p0 + i];
    float g = grad[g0 + i] + decay * p;
    float spread = alpha * square[s0 + i] + rest * g * g;
    square[s0 + i] = spread;
    if (m0 >= 0) {
      float center = alpha * mean[m0 + i] + rest * g;
      mean[m0 + i] = center;
      spread = fmax(0.0f, spread - center * center);
    }
    float step = g / (sqrt(spread) + eps);
    if (v0 >= 0) {
      step += momentum * velocity[v0 + i];
      velocity[v0 + i] = step;
    }
    param[p0 + i] = p - lr * step;
  }
}

kernel void lamb(uint n, global const float *param, int p0, global const float *grad, int g0,
                 global float *ms, int m0, global float *vs, int v0,
                 global float *direction, int d0, float beta1, float beta2, float rest1,
                 float rest2, float scale1, float scale2, float eps, float decay) {
  uint i = get_global_id(0);
  if (i < n) {
    float g = grad[g0 + i];
    float m = beta1 * ms[m0 + i] + rest1 * g;
    float v = beta2 * vs[v0 + i] + rest2 * g * g;
    ms[m0 + i] = m;
    vs[v0 + i] = v;
    direction[d0 + i] = m * scale1 / (sqrt(v * scale2) + eps) + decay * param[p0 + i];
  }
}

kernel void lerp(uint n, global float *average, int a0, global const float *value, int v0,
                 float weight) {
  uint i = get_global_id(0);
  if (i < n) {
    float a = average[a0 + i];
    average[a0 + i] = a + weight * (value[v0 + i] - a);
  }
}
