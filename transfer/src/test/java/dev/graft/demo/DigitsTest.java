package dev.graft.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DigitsTest {
  @Test
  void poolAndTestAreCompleteAndApart() {
    Digits pool = Digits.pool();
    Digits test = Digits.test();
    Set<ByteBuffer> seen = new HashSet<>();
    check(pool, Digits.POOL_PER_CLASS, seen);
    check(test, Digits.TEST_PER_CLASS, seen);
    assertEquals(1400, seen.size(), "a picture occurs twice");
  }

  private static void check(Digits digits, int perClass, Set<ByteBuffer> seen) {
    assertEquals(10 * perClass, digits.count());
    for (int digit = 0; digit < 10; digit++) {
      int wanted = digit;
      assertEquals(perClass, Arrays.stream(digits.labels()).filter(l -> l == wanted).count());
    }
    for (byte[] picture : digits.pixels()) {
      assertEquals(784, picture.length);
      int brightest = 0;
      for (byte b : picture) {
        brightest = Math.max(brightest, b & 0xff);
      }
      assertTrue(brightest > 200, "an empty picture");
      seen.add(ByteBuffer.wrap(picture));
    }
  }
}
