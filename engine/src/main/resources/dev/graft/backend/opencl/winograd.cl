// 3x3 convolution with stride 1 in tiles of 4x4 outputs from 6x6 inputs: F(4x4, 3x3) of Lavin and
// Gray (2016), 36 products for what takes 144. Neighbouring items are neighbouring channels.

// A vector of six through the input's transform.
inline void input_six(float d0, float d1, float d2, float d3, float d4, float d5, float *t) {
  float even = d4 - 4 * d2;
  float odd = d3 - 4 * d1;
  float even2 = d4 - d2;
  float odd2 = 2 * (d3 - d1);
  t[0] = 4 * d0 - 5 * d2 + d4;
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = even2 + odd2;
  t[4] = even2 - odd2;
  t[5] = 4 * d1 - 5 * d3 + d5;
}

// Three weights as six.
inline void weight_three(float g0, float g1, float g2, float *t) {
  float sum = g0 + g2;
  float far_sum = g0 + 4 * g2;
  t[0] = g0 / 4;
  t[1] = -(sum + g1) / 6;
  t[2] = -(sum - g1) / 6;
  t[3] = (far_sum + 2 * g1) / 24;
  t[4] = (far_sum - 2 * g1) / 24;
  t[5] = g2;
}

// Six sums as four outputs.
inline void output_six(float m0, float m1, float m2, float m3, float m4, float m5, float *t) {
  float near_sum = m1 + m2;
  float near_gap = m1 - m2;
  float far_sum = m3 + m4;
  float far_gap = m3 - m4;
  t[0] = m0 + near_sum + far_sum;
  t[1] = near_gap + 2 * far_gap;
  t[2] = near_sum + 4 * far_sum;
  t[3] = near_gap + 8 * far_gap + m5;
}

// u[36, c, o] from weights with strides over c, o, row and column.
kernel void winograd_weights(uint items, int outputs, global const float *weight, int weight0,
                             int4 stride, global float *u) {
  uint item = get_global_id(0);
  if (item >= items) {
    return;
  }
  int o = item % outputs;
  int c = item / outputs;
  global const float *g = weight + weight0 + c * stride.x + o * stride.y;
  float half_done[6][3];
  float column[6];
  for (int s = 0; s < 3; s++) {
    weight_three(g[s * stride.w], g[stride.z + s * stride.w], g[2 * stride.z + s * stride.w],
                 column);
    for (int i = 0; i < 6; i++) {
      half_done[i][s] = column[i];
    }
  }
  for (int i = 0; i < 6; i++) {
    weight_three(half_done[i][0], half_done[i][1], half_done[i][2], column);
    for (int j = 0; j < 6; j++) {
      u[(6 * i + j) * items + item] = column[j];
    }
  }
}

// v[36, tile, c]: tiles count over images, rows and columns of tiles.
kernel void winograd_input(uint items, int channels, int4 size, int2 tiles, int2 pad,
                           global const float *x, int x0, int4 stride, global float *v) {
  uint item = get_global_id(0);
  if (item >= items) {
    return;
  }
  int c = item % channels;
  int tile = item / channels;
  int left = tile % tiles.y * 4 - pad.y;
  int top = tile / tiles.y % tiles.x * 4 - pad.x;
  x += x0 + tile / (tiles.x * tiles.y) * stride.x + c;
  float half_done[6][6];
  float line[6];
  for (int j = 0; j < 6; j++) {
    int column = left + j;
    bool inside = (uint)column < (uint)size.y;
    float d[6];
    for (int i = 0; i < 6; i++) {
      int row = top + i;
      d[i] = inside && (uint)row < (uint)size.x ? x[row * stride.y + column * stride.z] : 0;
    }
    input_six(d[0], d[1], d[2], d[3], d[4], d[5], line);
    for (int i = 0; i < 6; i++) {
      half_done[i][j] = line[i];
    }
  }
  for (int i = 0; i < 6; i++) {
    input_six(half_done[i][0], half_done[i][1], half_done[i][2], half_done[i][3],
              half_done[i][4], half_done[i][5], line);
    for (int j = 0; j < 6; j++) {
      v[(size_t)(6 * i + j) * items + item] = line[j];
    }
  }
}

// out = relu?(the tiles of m[36, tile, o] transformed back + bias + residual?); out and residual lie
// alike, dense, channels last.
kernel void winograd_output(uint items, int outputs, int4 size, int2 tiles,
                            global const float *m, global const float *bias, int bias0,
                            global const float *residual, int residual0, int relu,
                            global float *out, int out0) {
  uint item = get_global_id(0);
  if (item >= items) {
    return;
  }
  int o = item % outputs;
  int tile = item / outputs;
  int left = tile % tiles.y * 4;
  int top = tile / tiles.y % tiles.x * 4;
  int image = tile / (tiles.x * tiles.y);
  float half_done[4][6];
  float line[4];
  for (int j = 0; j < 6; j++) {
    float d[6];
    for (int i = 0; i < 6; i++) {
      d[i] = m[(size_t)(6 * i + j) * items + item];
    }
    output_six(d[0], d[1], d[2], d[3], d[4], d[5], line);
    for (int i = 0; i < 4; i++) {
      half_done[i][j] = line[i];
    }
  }
  float add = bias0 < 0 ? 0 : bias[bias0 + o];
  for (int i = 0; i < 4 && top + i < size.x; i++) {
    output_six(half_done[i][0], half_done[i][1], half_done[i][2], half_done[i][3],
               half_done[i][4], half_done[i][5], line);
    for (int j = 0; j < 4 && left + j < size.y; j++) {
      int at = ((image * size.x + top + i) * size.y + left + j) * outputs + o;
      float value = line[j] + add;
      if (residual0 >= 0) {
        value += residual[residual0 + at];
      }
      out[out0 + at] = relu && value < 0 ? 0 : value;
    }
  }
}
