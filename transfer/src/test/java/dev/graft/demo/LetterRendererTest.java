package dev.graft.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.demo.LetterRenderer.Letter;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LetterRendererTest {
  private static FontLibrary fonts;

  @BeforeAll
  static void loadFonts() {
    fonts = TestFonts.installedOrSkip();
  }

  @Test
  void classesAreTheAlphabetAndHoldNoDigit() {
    Set<Integer> seen = new HashSet<>();
    String letters = String.join("", LetterClasses.CLASSES);
    assertTrue(letters.chars().allMatch(c -> c < 128 && Character.isLetter(c)), letters);
    assertTrue(letters.chars().allMatch(seen::add), "a letter in two classes: " + letters);
    for (char c = 'A'; c <= 'Z'; c++) {
      assertTrue(LetterClasses.of(c) >= 0);
      assertTrue(LetterClasses.of(Character.toLowerCase(c)) >= 0);
    }
    assertEquals(-1, LetterClasses.of('0'));
    assertEquals(LetterClasses.of('C'), LetterClasses.of('c'));
  }

  @Test
  void sameSeedSameImagesInAnyOrderAndOnAnyThread() {
    LetterRenderer renderer = new LetterRenderer(fonts, 3);
    Letter[] forward = IntStream.range(0, 64).mapToObj(renderer::letter).toArray(Letter[]::new);
    LetterRenderer again = new LetterRenderer(fonts, 3);
    IntStream.range(0, 64)
        .map(i -> 63 - i)
        .parallel()
        .forEach(i -> assertArrayEquals(forward[i].pixels(), again.letter(i).pixels()));
    Letter other = new LetterRenderer(fonts, 4).letter(0);
    assertFalse(Arrays.equals(forward[0].pixels(), other.pixels()));
  }

  @Test
  void lettersAreFramedLikeMnist() {
    LetterRenderer renderer = new LetterRenderer(fonts, 5);
    for (int i = 0; i < 50; i++) {
      Letter letter = renderer.letter(i);
      String name = letter.character() + " of " + letter.font();
      double mass = 0;
      double x = 0;
      double y = 0;
      int side = 0;
      for (int p = 0; p < 784; p++) {
        int v = letter.pixels()[p] & 0xff;
        mass += v;
        x += v * (p % 28 + 0.5);
        y += v * (p / 28 + 0.5);
        int reach = Math.max(Math.abs(p % 28 - 14), Math.abs(p / 28 - 14));
        side = v >= 40 ? Math.max(side, reach) : side;
      }
      assertEquals(14, x / mass, 0.3, name);
      assertEquals(14, y / mass, 0.3, name);
      assertTrue(side >= 8 && mass > 784 * 255 * 0.01, name + ": too small or too faint");
      assertEquals(LetterClasses.of(letter.character()), letter.label());
    }
  }

  @Test
  void everyClassTurnsUp() {
    LetterRenderer renderer = new LetterRenderer(fonts, 6);
    long classes = IntStream.range(0, 600).map(i -> renderer.letter(i).label()).distinct().count();
    assertEquals(LetterClasses.count(), classes);
  }
}
