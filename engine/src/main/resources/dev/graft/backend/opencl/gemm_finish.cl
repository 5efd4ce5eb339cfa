// Adds up a product's splits over k in order: partial is [splits, batch, m, n].
kernel void gemm_finish(uint items, int m, int n, int splits, int split_size,
                        global const float *partial,
                        global float *out, int out0, int out_i, int out_batch,
                        global const float *bias, int bias0, int bias_batch,
                        global const float *residual, int residual0, int relu) {
  uint item = get_global_id(0);
  if (item < items) {
    int j = item % n;
    int i = item / n % m;
    int batch = item / n / m;
    float2 sum = (float2)(0);
    for (int s = 0; s < splits; s++) {
      sum = plus(sum, partial[(size_t)s * split_size + item]);
    }
    float value = whole(sum);
    int at = batch * out_batch + i * out_i + j;
    if (bias0 >= 0) {
      value += bias[bias0 + batch * bias_batch + j];
    }
    if (residual0 >= 0) {
      value += residual[residual0 + at];
    }
    out[out0 + at] = relu && value < 0 ? 0 : value;
  }
}
