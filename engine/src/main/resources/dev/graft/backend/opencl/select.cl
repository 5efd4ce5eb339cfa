// Choosing between elements.

// out = condition != 0 ? a : b, NaN counting as true.
kernel void choose(uint n, int rank, int8 size, global float *out, int out0, int8 out_step,
                   global const float *as, int a0, int8 a_step,
                   global const float *bs, int b0, int8 b_step,
                   global const float *conditions, int c0, int8 c_step) {
  uint i = get_global_id(0);
  if (i < n) {
    int4 at = places(i, rank, size, out_step, a_step, b_step);
    float condition = conditions[c0 + place(i, rank, size, c_step)];
    out[out0 + at.x] = condition != 0 ? as[a0 + at.y] : bs[b0 + at.z];
  }
}

// 0 with probability p, else kept: the numbers of Rng.uniform(seed, i).
kernel void dropout_mask(uint n, ulong seed, float p, float kept, global float *out, int out0) {
  uint i = get_global_id(0);
  if (i < n) {
    ulong z = seed + ((ulong)i + 1) * 0x9E3779B97F4A7C15UL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
    z ^= z >> 31;
    float uniform = (float)(z >> 40) * 0x1p-24f;
    out[out0 + i] = uniform < p ? 0 : kept;
  }
}
