package dev.graft.backend.cpu.conv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReadAheadTest {
  private static final int STEP = OuterProducts13.STEP;

  private final float[] x = new float[100];
  private final float[] first = new float[10_000];
  private final float[] second = new float[5_000];

  /** Runs that read something, of {@code runs} over {@code pixels}; marks what they read. */
  private boolean[] readingRuns(ReadAhead ahead, int pixels, int runs) {
    boolean[] reading = new boolean[runs];
    for (int r = 0; r < runs; r++) {
      ahead.advance();
      float[] array = ahead.array(x);
      reading[r] = array != x;
      for (int p = 0; p < pixels && reading[r]; p++) {
        array[7 + p * STEP + ahead.distance(7)] = 1;
      }
      if (!reading[r]) {
        assertEquals(0, ahead.distance(7));
      }
    }
    return reading;
  }

  @Test
  void allLinesOfAllRangesAreReadInRunsThatLieEvenly() {
    ReadAhead ahead =
        new ReadAhead(
            10, 100, new ReadAhead.Range(first, 160, 3360), new ReadAhead.Range(second, 0, 1600));
    boolean[] reading = readingRuns(ahead, 10, 100);
    for (int i = 160; i < 3360; i += STEP) {
      assertEquals(1, first[i], "line at " + i);
    }
    for (int i = 0; i < 1600; i += STEP) {
      assertEquals(1, second[i], "line at " + i);
    }
    int count = 0;
    for (boolean run : reading) {
      count += run ? 1 : 0;
    }
    assertEquals(30, count); // 4800 floats, 160 a run
    for (int r = 0; r < 90; r += 10) {
      assertTrue(reading[r] || reading[r + 1] || reading[r + 2] || reading[r + 3], "from " + r);
    }
  }

  @Test
  void nothingBeyondAnArrayIsRead() {
    ReadAhead ahead = new ReadAhead(10, 2, new ReadAhead.Range(second, 4900, 5000));
    readingRuns(ahead, 10, 2); // would throw
  }

  @Test
  void arraysTooShortForARunAreLeftAlone() {
    float[] shortOne = new float[STEP];
    ReadAhead ahead = new ReadAhead(10, 1, new ReadAhead.Range(shortOne, 0, STEP));
    boolean[] reading = readingRuns(ahead, 10, 1);
    assertArrayEquals(new boolean[] {false}, reading);
  }

  @Test
  void nothingIsNothing() {
    ReadAhead ahead = ReadAhead.nothing();
    boolean[] reading = readingRuns(ahead, 10, 5);
    assertArrayEquals(new boolean[5], reading);
    assertSame(x, ahead.array(x));
  }
}
