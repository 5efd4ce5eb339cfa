package dev.graft.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.Rng;
import java.awt.geom.Rectangle2D;
import org.junit.jupiter.api.Test;

class BitmapTest {
  @Test
  void distanceIsTheNearestSetPixel() {
    int size = 23;
    Rng rng = Rng.of(1);
    for (int round = 0; round < 5; round++) {
      boolean[] set = new boolean[size * size];
      for (int k = 0; k < 1 + 6 * round; k++) {
        set[rng.nextInt(set.length)] = true;
      }
      float[] distance = Bitmap.distance(set, size);
      for (int i = 0; i < set.length; i++) {
        double nearest = Double.MAX_VALUE;
        for (int j = 0; j < set.length; j++) {
          if (set[j]) {
            nearest = Math.min(nearest, Math.hypot(i % size - j % size, i / size - j / size));
          }
        }
        assertEquals(nearest, distance[i], 1e-4);
      }
    }
  }

  @Test
  void skeletonOfABarIsItsMiddleLine() {
    int size = 40;
    boolean[] bar = Bitmap.fill(new Rectangle2D.Double(10, 5, 7, 30), size);
    boolean[] line = Bitmap.skeleton(bar, size);
    int set = 0;
    for (int i = 0; i < line.length; i++) {
      if (line[i]) {
        set++;
        assertTrue(bar[i]);
        boolean inside = i / size > 10 && i / size < 30;
        assertTrue(!inside || Math.abs(i % size - 13) <= 1, "off the middle: " + i % size);
      }
    }
    assertTrue(set >= 20 && set <= 40, "pixels in the line: " + set);
    for (int y = 11; y < 30; y++) {
      int across = 0;
      for (int x = 0; x < size; x++) {
        across += line[y * size + x] ? 1 : 0;
      }
      assertEquals(1, across, "row " + y);
    }
  }
}
