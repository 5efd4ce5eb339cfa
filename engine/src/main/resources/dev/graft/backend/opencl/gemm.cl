// Matrix products and convolutions: out[i, j] = sum over k of a[i, k] * b[k, j].
//
// A group computes a tile of BM x BN, an item TM x TN of it in registers. Both operands go through
// local memory in slices of BK; the next slice is fetched into registers while this one is
// multiplied. Macros choose the tile and how operands are read:
//   A_MODE 0: neighbours along k (stride a_k); 1: along i (stride a_i); 2: pixels of an image
//   B_MODE 0: neighbours along j (stride b_j); 1: along k (stride b_k); 2: pixels of an image
//   AV, BV 4: four neighbours at once, which have stride 1; 1: one by one
//   SCATTER: rows of out are pixels that lie apart (a phase of a strided gradient)
//
// An image lies n, h, w, c. As operand A its rows are windows (n, p, q) and its columns (r, s, c):
// pixel (p * step_y + first_y + r * tap_y, ...) or 0 outside. This is a convolution's forward pass
// and, with other numbers, its input gradient. As operand B (for the weight gradient) k counts
// windows and j counts (r, s, c).

#define COLS (BN / TN)
#define ROWS (BM / TM)
#define WG (ROWS * COLS)
#define A_LOADS (BM * BK / (WG * AV))
#define B_LOADS (BN * BK / (WG * BV))
#define PAD 4
#define OUTSIDE (-(1 << 28))

#define COUNT_P image.s0
#define COUNT_Q image.s1
#define HEIGHT image.s2
#define WIDTH image.s3
#define STEP_Y image.s4
#define STEP_X image.s5
#define FIRST_Y image.s6
#define FIRST_X image.s7
#define TAPS_S taps.s0
#define TAP_Y taps.s1
#define TAP_X taps.s2
#define CHANNELS taps.s3
#define STRIDE_N taps.s4
#define STRIDE_Y taps.s5
#define STRIDE_X taps.s6

#if AV == 4
typedef float4 a_vector;
#else
typedef float a_vector;
#endif
#if BV == 4
typedef float4 b_vector;
#else
typedef float b_vector;
#endif

// `left` of the four values from p on, `step` apart, then zeros.
inline float4 some_of(global const float *p, int step, int left) {
  return (float4)(left > 0 ? p[0] : 0, left > 1 ? p[step] : 0, left > 2 ? p[2 * step] : 0,
                  left > 3 ? p[3 * step] : 0);
}

inline float4 four(global const float *p, int left) {
  return left >= 4 ? vload4(0, p) : some_of(p, 1, left);
}

inline float one(global const float *p, int left) {
  return left > 0 ? p[0] : 0;
}

#if AV == 4
#define A_FETCH four
#else
#define A_FETCH one
#endif
#if BV == 4
#define B_FETCH four
#else
#define B_FETCH one
#endif

kernel __attribute__((reqd_work_group_size(WG, 1, 1)))
void gemm(int m, int n, int k, int splits, int split_length,
          global const float *a, int a0, int a_i, int a_k, int a_batch,
          global const float *b, int b0, int b_k, int b_j, int b_batch,
          global float *out, int out0, int out_i, int out_batch, int out_split,
          global const float *bias, int bias0, int bias_batch,
          global const float *residual, int residual0, int relu,
          int8 image, int8 taps, int4 scatter) {
  local float as[BK][BM + PAD] __attribute__((aligned(16)));
  local float bs[BK][BN + PAD] __attribute__((aligned(16)));
  const int me = get_local_id(0);
  const int tx = me % COLS;
  const int ty = me / COLS;
  // One dimension of groups: the others may count to 65,535 only.
  const int across = (n + BN - 1) / BN;
  const int down = (m + BM - 1) / BM;
  const int column0 = (int)(get_group_id(0) % across) * BN;
  const int row0 = (int)(get_group_id(0) / across % down) * BM;
  const int slice = get_group_id(0) / across / down;
  const int batch = slice / splits;
  const int split = slice % splits;
  const int k_begin = split * split_length;
  const int k_end = min(k, k_begin + split_length);
  a += a0 + batch * a_batch;
  b += b0 + batch * b_batch;

  // Where this item's parts of a slice stand; only the slice's first k changes.
#if A_MODE == 1
  const int a_inner = me % (BM / AV) * AV;
  const int a_outer = me / (BM / AV);
  const int a_next = WG * AV / BM;
#else
  const int a_inner = me % (BK / AV) * AV;
  const int a_outer = me / (BK / AV);
  const int a_next = WG * AV / BK;
#endif
#if B_MODE == 1
  const int b_inner = me % (BK / BV) * BV;
  const int b_outer = me / (BK / BV);
  const int b_next = WG * BV / BK;
#else
  const int b_inner = me % (BN / BV) * BV;
  const int b_outer = me / (BN / BV);
  const int b_next = WG * BV / BN;
#endif

#if A_MODE == 2
  int window_y[A_LOADS];
  int window_x[A_LOADS];
  int window_at[A_LOADS];
  for (int l = 0; l < A_LOADS; l++) {
    int i = row0 + a_outer + l * a_next;
    int q = i % COUNT_Q;
    int p = i / COUNT_Q % COUNT_P;
    window_y[l] = i < m ? p * STEP_Y + FIRST_Y : OUTSIDE;
    window_x[l] = q * STEP_X + FIRST_X;
    window_at[l] = i / (COUNT_P * COUNT_Q) * STRIDE_N;
  }
#endif
#if B_MODE == 2
  const int b_column = column0 + b_inner;
  const int b_tap = b_column / CHANNELS;
  const int b_y = b_column < n ? b_tap / TAPS_S * TAP_Y + FIRST_Y : OUTSIDE;
  const int b_x = b_tap % TAPS_S * TAP_X + FIRST_X;
  const int b_channel = b_column % CHANNELS;
#endif

  a_vector pa[A_LOADS];
  b_vector pb[B_LOADS];
  float sums[TM][TN];
#pragma unroll
  for (int i = 0; i < TM; i++) {
#pragma unroll
    for (int j = 0; j < TN; j++) {
      sums[i][j] = 0;
    }
  }

  for (int k0 = k_begin - BK; k0 < k_end; k0 += BK) {
    // The slice after this one, into registers.
    const int ahead = k0 + BK;
    if (ahead < k_end) {
#if A_MODE == 2
      const int ka = ahead + a_inner;
      const int tap = ka / CHANNELS;
      const int tap_y = tap / TAPS_S * TAP_Y;
      const int tap_x = tap % TAPS_S * TAP_X;
      const int channel = ka % CHANNELS;
#endif
#pragma unroll
      for (int l = 0; l < A_LOADS; l++) {
#if A_MODE == 0
        int i = row0 + a_outer + l * a_next;
        int ka = ahead + a_inner;
        pa[l] = A_FETCH(a + i * a_i + ka * a_k, i < m ? k_end - ka : 0);
#elif A_MODE == 1
        int i = row0 + a_inner;
        int ka = ahead + a_outer + l * a_next;
        pa[l] = A_FETCH(a + i * a_i + ka * a_k, ka < k_end ? m - i : 0);
#else
        int y = window_y[l] + tap_y;
        int x = window_x[l] + tap_x;
        bool inside = (uint)y < (uint)HEIGHT && (uint)x < (uint)WIDTH && ka < k_end;
        int at = window_at[l] + y * STRIDE_Y + x * STRIDE_X + channel;
        pa[l] = A_FETCH(a + at, inside ? AV : 0);
#endif
      }
#pragma unroll
      for (int l = 0; l < B_LOADS; l++) {
#if B_MODE == 0
        int j = column0 + b_inner;
        int kb = ahead + b_outer + l * b_next;
        pb[l] = B_FETCH(b + kb * b_k + j * b_j, kb < k_end ? n - j : 0);
#elif B_MODE == 1
        int j = column0 + b_outer + l * b_next;
        int kb = ahead + b_inner;
        pb[l] = B_FETCH(b + kb * b_k + j * b_j, j < n ? k_end - kb : 0);
#else
        int kb = ahead + b_outer + l * b_next;
        int y = kb / COUNT_Q % COUNT_P * STEP_Y + b_y;
        int x = kb % COUNT_Q * STEP_X + b_x;
        bool inside = (uint)y < (uint)HEIGHT && (uint)x < (uint)WIDTH && kb < k_end;
        int at = kb / (COUNT_P * COUNT_Q) * STRIDE_N + y * STRIDE_Y + x * STRIDE_X + b_channel;
        pb[l] = B_FETCH(b + at, inside ? BV : 0);
#endif
      }
    }

    if (k0 >= k_begin) {
      for (int kk = 0; kk < BK; kk++) {
        float x[TM];
        float y[TN];
#pragma unroll
        for (int i = 0; i < TM; i += 4) {
          vstore4(*(local float4 *)&as[kk][i * ROWS + ty * 4], 0, x + i);
        }
#pragma unroll
        for (int j = 0; j < TN; j += 4) {
          vstore4(*(local float4 *)&bs[kk][j * COLS + tx * 4], 0, y + j);
        }
#pragma unroll
        for (int i = 0; i < TM; i++) {
#pragma unroll
          for (int j = 0; j < TN; j++) {
            sums[i][j] += x[i] * y[j];
          }
        }
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);

    if (ahead < k_end) {
#pragma unroll
      for (int l = 0; l < A_LOADS; l++) {
#if A_MODE == 1
#if AV == 4
        *(local float4 *)&as[a_outer + l * a_next][a_inner] = pa[l];
#else
        as[a_outer + l * a_next][a_inner] = pa[l];
#endif
#elif AV == 4
        as[a_inner][a_outer + l * a_next] = pa[l].x;
        as[a_inner + 1][a_outer + l * a_next] = pa[l].y;
        as[a_inner + 2][a_outer + l * a_next] = pa[l].z;
        as[a_inner + 3][a_outer + l * a_next] = pa[l].w;
#else
        as[a_inner][a_outer + l * a_next] = pa[l];
#endif
      }
#pragma unroll
      for (int l = 0; l < B_LOADS; l++) {
#if B_MODE != 1
#if BV == 4
        *(local float4 *)&bs[b_outer + l * b_next][b_inner] = pb[l];
#else
        bs[b_outer + l * b_next][b_inner] = pb[l];
#endif
#elif BV == 4
        bs[b_inner][b_outer + l * b_next] = pb[l].x;
        bs[b_inner + 1][b_outer + l * b_next] = pb[l].y;
        bs[b_inner + 2][b_outer + l * b_next] = pb[l].z;
        bs[b_inner + 3][b_outer + l * b_next] = pb[l].w;
#else
        bs[b_inner][b_outer + l * b_next] = pb[l];
#endif
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }

#pragma unroll
  for (int i = 0; i < TM; i++) {
    const int row = row0 + i / 4 * 4 * ROWS + ty * 4 + i % 4;
    if (row < m) {
#ifdef SCATTER
      const int at_row = row / (COUNT_P * COUNT_Q) * scatter.x
                         + row / COUNT_Q % COUNT_P * scatter.y + row % COUNT_Q * scatter.z;
#else
      const int at_row = row * out_i;
#endif
#pragma unroll
      for (int j = 0; j < TN; j++) {
        const int column = column0 + j / 4 * 4 * COLS + tx * 4 + j % 4;
        if (column < n) {
          float value = sums[i][j];
          const int at = batch * out_batch + split * out_split + at_row + column;
          if (bias0 >= 0) {
            value += bias[bias0 + batch * bias_batch + column];
          }
          if (residual0 >= 0) {
            value += residual[residual0 + at];
          }
          out[out0 + at] = relu && value < 0 ? 0 : value;
        }
      }
    }
  }
}
