package dev.graft.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LinesTest {
  private static final long MB = 1 << 20;

  /** As G1 sets it up: a 2048th of the heap, rounded up to a power of two, 1 to 32 MB. */
  @Test
  void regionsAreG1s() {
    assertEquals(MB, Lines.region(64 * MB));
    assertEquals(MB, Lines.region(2048 * MB));
    assertEquals(2 * MB, Lines.region(2049 * MB));
    assertEquals(4 * MB, Lines.region(6000 * MB));
    assertEquals(16 * MB, Lines.region(32 * 1024 * MB));
    assertEquals(32 * MB, Lines.region(40 * 1024 * MB));
    assertEquals(32 * MB, Lines.region(1024 * 1024 * MB));
  }

  @Test
  void longArraysTakeMoreThanHalfARegion() {
    int half = Lines.region(Runtime.getRuntime().maxMemory()) / 2;
    assertTrue(Lines.longArray(1) * 4L + 16 > half);
    assertEquals(half + Lines.FIRST, Lines.longArray(half));
  }

  @Test
  void runsBeginAtLinesAndLieApart() {
    int end = -1;
    float[] array = null;
    for (int length : new int[] {1, 17, 16, 1000, 31, 64}) {
      Lines.Run run = Lines.take(length);
      assertEquals(0, (16 + 4 * run.at()) % 64, "no cache line begins there");
      assertTrue(run.at() + length <= run.array().length);
      if (run.array() == array) {
        assertTrue(run.at() >= end, "run of " + length);
      }
      array = run.array();
      end = run.at() + length;
    }
  }

  @Test
  void runsLongerThanWhatIsLeftHaveAnArrayOfTheirOwn() {
    int much = Lines.longArray(1) + 1000;
    Lines.Run run = Lines.take(much);
    assertTrue(run.at() + much <= run.array().length);
    assertEquals(Lines.FIRST, run.at());
  }

  @Test
  void aRunGrowsByTwoAtLeast() {
    Lines.Run run = Lines.take(100);
    assertSame(run, run.orLonger(100));
    assertEquals(200, run.orLonger(101).length());
    assertEquals(300, run.orLonger(300).length());
  }
}
