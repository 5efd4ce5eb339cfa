package dev.graft.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FewShotTest {
  private static final int[] LABELS = IntStream.range(0, 60).map(i -> i % 3).toArray();

  @Test
  void drawsHoldSoManyOfEachClassAndAreNested() {
    FewShotDraws draws = new FewShotDraws(LABELS, 3, 9);
    for (int draw = 0; draw < 4; draw++) {
      Set<Integer> smaller = new HashSet<>();
      for (int shots : List.of(1, 5, 20)) {
        int[] positions = draws.positions(draw, shots);
        Set<Integer> chosen = new HashSet<>(Arrays.stream(positions).boxed().toList());
        assertEquals(3 * shots, chosen.size(), "drawn twice");
        for (int label = 0; label < 3; label++) {
          int wanted = label;
          assertEquals(shots, chosen.stream().filter(p -> LABELS[p] == wanted).count());
        }
        assertTrue(chosen.containsAll(smaller), "not nested");
        smaller = chosen;
      }
    }
  }

  @Test
  void drawsDependOnTheSeedAndTheNumberAlone() {
    FewShotDraws draws = new FewShotDraws(LABELS, 3, 9);
    int[] first = draws.positions(0, 5);
    assertArrayEquals(first, new FewShotDraws(LABELS, 3, 9).positions(0, 5));
    assertFalse(Arrays.equals(first, draws.positions(1, 5)));
    assertFalse(Arrays.equals(first, new FewShotDraws(LABELS, 3, 8).positions(0, 5)));
  }

  @Test
  void tooFewExamplesAreNamed() {
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class, () -> new FewShotDraws(LABELS, 3, 1).positions(0, 21));
    assertEquals("draws: class 0 has 20 examples, 21 wanted", error.getMessage());
  }

  @Test
  void scoreIsMeanAndSampleDeviation() {
    Score score = Score.of(List.of(0.5, 0.7, 0.9), 6);
    assertEquals(0.7, score.accuracy(), 1e-12);
    assertEquals(0.2, score.deviation(), 1e-12);
    assertEquals(2, score.seconds(), 1e-12);
    assertEquals(0, Score.of(List.of(0.5), 1).deviation());
  }
}
