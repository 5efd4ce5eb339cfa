// Each pixel of out from the pixels of x that the taps of its row and column name, weighed by the
// product of both. Items go over n, h, w, c.
kernel void resample(uint items, int channels, int height, int width,
                     global const float *x, int x0, int4 x_stride,
                     global float *out, int out0, int4 out_stride,
                     global const int *row_start, global const int *row_index,
                     global const float *row_weight,
                     global const int *column_start, global const int *column_index,
                     global const float *column_weight) {
  uint item = get_global_id(0);
  if (item >= items) {
    return;
  }
  int c = item % channels;
  int w = item / channels % width;
  int h = item / channels / width % height;
  int n = item / channels / width / height;
  x += x0 + n * x_stride.x + c * x_stride.y;
  float sum = 0;
  for (int i = row_start[h]; i < row_start[h + 1]; i++) {
    global const float *line = x + row_index[i] * x_stride.z;
    float across = 0;
    for (int j = column_start[w]; j < column_start[w + 1]; j++) {
      across += column_weight[j] * line[column_index[j] * x_stride.w];
    }
    sum += row_weight[i] * across;
  }
  out[out0 + n * out_stride.x + c * out_stride.y + h * out_stride.z + w * out_stride.w] = sum;
}
