package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class StridedTest {
  @Test
  void numelWatchesItsOverflow() {
    assertEquals(1, Strided.numel(new long[] {}));
    assertEquals(0, Strided.numel(new long[] {1L << 62, 0, 1L << 62}));
    assertEquals(-1, Strided.numel(new long[] {1L << 32, 1L << 32}));
    assertEquals(-1, Strided.numel(new long[] {3, -1}));
    assertEquals(-1, Strided.numel(new long[] {0, -1}));
  }

  @Test
  void viewsStayInside() {
    assertNull(problem(6, 0, new long[] {2, 3}, 3, 1));
    assertNull(problem(6, 5, new long[] {1, 1}, 100, 100));
    assertNull(problem(6, 12, new long[] {0, 3}, 3, 1));
    assertNull(problem(1, 0, new long[] {1000}, 0));
    assertNotNull(problem(6, 1, new long[] {2, 3}, 3, 1));
    assertNotNull(problem(6, 6, new long[] {1}, 1));
    assertNotNull(problem(0, 0, new long[] {}));
    assertNotNull(problem(6, -1, new long[] {1}, 1));
    assertNotNull(problem(6, 2, new long[] {2}, -1));
    assertNotNull(problem(6, 0, new long[] {2}, 3, 1));
    assertNotNull(problem(6, 1, new long[] {2}, Long.MAX_VALUE));
    assertNotNull(problem(6, 0, new long[] {3}, Long.MAX_VALUE / 2 + 1));
    assertNotNull(problem(6, 0, new long[] {1L << 32, 1L << 32}, 0, 0));
  }

  private static String problem(long available, long offset, long[] size, long... stride) {
    return Strided.problem(available, offset, size, stride);
  }

  @Test
  void viewsAreReadInRowMajorOrder() {
    assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5}, view(0, new long[] {3, 2}, 1, 3));
    assertArrayEquals(new float[] {1, 2, 4, 5}, view(1, new long[] {2, 2}, 3, 1));
    assertArrayEquals(new float[] {0, 2, 4}, view(0, new long[] {3}, 2));
    assertArrayEquals(new float[] {4, 4, 4, 5, 5, 5}, view(4, new long[] {2, 3}, 1, 0));
    assertArrayEquals(new float[] {5}, view(5, new long[] {}));
    assertArrayEquals(new float[] {}, view(0, new long[] {2, 0}, 1, 1));
    assertArrayEquals(
        new float[] {0, 4, 2, 6, 1, 5, 3, 7}, view(0, new long[] {2, 2, 1, 2}, 1, 2, 9, 4));
    assertArrayEquals(new float[] {0, 1, 2, 3, 6, 7, 8, 9}, view(0, new long[] {2, 2, 2}, 6, 2, 1));
  }

  private static float[] view(long offset, long[] size, long... stride) {
    MemorySegment bytes =
        MemorySegment.ofArray(WeightBytes.floats(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    Decoder decoder = new Decoder(bytes, ByteOrder.LITTLE_ENDIAN, DType.F32);
    return Strided.decode(decoder, offset, size, stride);
  }
}
