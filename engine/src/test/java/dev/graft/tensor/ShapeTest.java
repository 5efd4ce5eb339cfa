package dev.graft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void countsElements() {
    assertEquals(1, Shape.SCALAR.numel());
    assertEquals(24, Shape.of(2, 3, 4).numel());
    assertEquals(0, Shape.of(65536, 65536, 0).numel());
    assertEquals(Integer.MAX_VALUE, Shape.of(Integer.MAX_VALUE).numel());
    assertThrows(ShapeException.class, () -> Shape.of(46341, 46341));
  }

  @Test
  void negativeDimensionsCountFromTheEnd() {
    Shape shape = Shape.of(2, 3, 4);
    assertEquals(4, shape.dim(-1));
    assertEquals(0, shape.axis(-3));
    assertEquals(Shape.of(2, 7, 4), shape.with(-2, 7));
    assertThrows(ShapeException.class, () -> shape.axis(3));
    assertThrows(ShapeException.class, () -> shape.axis(-4));
  }

  @Test
  void broadcastsAsNumPy() {
    assertEquals(Shape.of(2, 3, 4), Shape.broadcast("add", Shape.of(2, 1, 4), Shape.of(3, 1)));
    assertEquals(Shape.of(5), Shape.broadcast("add", Shape.SCALAR, Shape.of(5)));
    assertEquals(Shape.of(2, 0), Shape.broadcast("add", Shape.of(2, 1), Shape.of(0)));
    assertTrue(Shape.of(3, 1).broadcastsTo(Shape.of(2, 3, 4)));
    assertFalse(Shape.of(2, 3, 4).broadcastsTo(Shape.of(3, 4)));
    assertFalse(Shape.of(3).broadcastsTo(Shape.of(3, 1)));
  }

  @Test
  void isAValue() {
    int[] dims = {2, 3};
    Shape shape = Shape.of(dims);
    dims[0] = 9;
    shape.toArray()[1] = 9;
    assertEquals(Shape.of(2, 3), shape);
    assertEquals(Shape.of(2, 3).hashCode(), shape.hashCode());
    assertNotEquals(Shape.of(3, 2), shape);
    assertEquals("[2, 3]", shape.toString());
  }
}
