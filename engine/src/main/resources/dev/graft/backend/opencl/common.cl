// What all kernels share. Positions and sizes are ints, as in Java; element numbers are unsigned, so
// that the last group may go beyond them.

// Where element i lies in up to three layouts of the same `rank` dimensions, the innermost first.
inline int4 places(uint i, int rank, int8 size, int8 a, int8 b, int8 c) {
  int4 at = (int4)(0);
#define LEVEL(k)                                               \
  if (rank > 0x##k) {                                          \
    int j = (int)(i % (uint)size.s##k);                        \
    i /= (uint)size.s##k;                                      \
    at += j * (int4)(a.s##k, b.s##k, c.s##k, 0);               \
  }
  LEVEL(0) LEVEL(1) LEVEL(2) LEVEL(3) LEVEL(4) LEVEL(5) LEVEL(6) LEVEL(7)
#undef LEVEL
  return at;
}

inline int place(uint i, int rank, int8 size, int8 a) {
  return places(i, rank, size, a, (int8)(0), (int8)(0)).x;
}

// Sums as two floats, the second what the first has lost (Knuth, 1969): as good as double
// precision, which not every device has.
inline float2 plus(float2 sum, float x) {
  float t = sum.x + x;
  float part = t - sum.x;
  float lost = (sum.x - (t - part)) + (x - part);
  return (float2)(t, sum.y + lost);
}

inline float2 plus2(float2 a, float2 b) {
  float2 s = plus(a, b.x);
  s.y += b.y;
  return s;
}

// The exact product of two floats.
inline float2 product(float a, float b) {
  float p = a * b;
  return (float2)(p, fma(a, b, -p));
}

// The sum as one float; what is infinite or NaN stays so.
inline float whole(float2 sum) {
  return isfinite(sum.x) ? sum.x + sum.y : sum.x;
}
