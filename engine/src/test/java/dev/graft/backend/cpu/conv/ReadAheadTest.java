package dev.graft.backend.cpu.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every line of what comes next is read in time, and never a float outside its array. */
class ReadAheadTest {
  private static final int LINE = 16;

  @ParameterizedTest(name = "{0} pixels, {1} runs, ranges {2}…{3} of {4} and {5}…{6} of {7}")
  @CsvSource({
    "7, 40, 0, 1000, 1000, 5, 300, 300",
    "224, 40, 64, 57000, 57408, 0, 14336, 14336",
    "1, 10, 3, 100, 100, 0, 60, 64",
    "196, 3, 0, 9000, 9000, 100, 400, 3200",
    "16, 1000, 0, 160, 260, 0, 160, 260",
  })
  void readsEveryLineInTime(
      int pixels, int runs, int from, int end, int length, int from2, int end2, int length2) {
    float[] first = new float[length];
    float[] second = new float[length2];
    ReadAhead ahead =
        new ReadAhead(
            pixels,
            runs,
            new ReadAhead.Range(first, from, end),
            new ReadAhead.Range(second, from2, end2));
    BitSet firstLines = new BitSet();
    BitSet secondLines = new BitSet();
    for (int run = 0; run <= runs; run++) { // one more, since a run reads of one range alone
      ahead.advance();
      for (int p = 0; p < pixels; p++) {
        int i = ahead.at() + p * ahead.step();
        assertTrue(i < ahead.array().length, "reads within its array");
        (ahead.array() == first ? firstLines : secondLines).set(i / LINE);
      }
    }
    assertLines(firstLines, from, end);
    assertLines(secondLines, from2, end2);
    ahead.advance();
    assertEquals(0, ahead.step(), "stands still behind the last range");
  }

  private static void assertLines(BitSet lines, int from, int end) {
    for (int line = from / LINE + 1; line < end / LINE; line++) {
      assertTrue(lines.get(line), "line " + line + " is read");
    }
  }

  @Test
  void withMoreToReadThanRunsLeavesTheRest() {
    float[] array = new float[100_000];
    ReadAhead ahead = new ReadAhead(10, 5, new ReadAhead.Range(array, 0, array.length));
    ahead.advance();
    assertEquals(LINE, ahead.step());
    ahead.advance();
    assertEquals(10 * LINE, ahead.at());
  }

  @Test
  void ofAnArrayShorterThanARunReadsNothing() {
    float[] array = new float[8];
    ReadAhead ahead = new ReadAhead(100, 1, new ReadAhead.Range(array, 0, 8));
    ahead.advance();
    assertEquals(0, ahead.step());
    assertSame(array, ahead.array());
  }

  @Test
  void nothingStaysWhereItIs() {
    ReadAhead ahead = ReadAhead.nothing(new float[1]);
    ahead.advance();
    assertEquals(0, ahead.at());
    assertEquals(0, ahead.step());
  }

  @Test
  void addsUpWhatWasSeen() {
    ReadAhead ahead = ReadAhead.nothing(new float[1]);
    ahead.see(1);
    ahead.see(2);
    assertEquals(3, ahead.seen());
  }
}
