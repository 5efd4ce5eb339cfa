package dev.graft.backend.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.backend.cpu.Parallel;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every element of a product belongs to one task. */
class GemmTasksTest {
  @ParameterizedTest(name = "{0} x {1} x {2}, own panels {3}, {4} rows together")
  @CsvSource({
    "1, 1, 1, false, 1",
    "64, 3136, 576, true, 1",
    "1000, 32, 2048, false, 8",
    "1024, 1024, 1024, false, 1",
    "450, 1100, 700, false, 1",
    "2048, 2048, 2048, false, 1",
    "2049, 6007, 1279, false, 1",
    "65, 9999, 4001, false, 1",
    "100000, 7, 64, false, 6"
  })
  void tasksCoverRowsAndPanelsOnce(int m, int n, int k, boolean own, int together) {
    int before = Parallel.threads();
    try {
      for (int threads : new int[] {1, 2, 7, 64}) {
        Parallel.setThreads(threads);
        cover(new GemmTasks(m, n, k, own, together), m, PackedB.panels(n), together);
      }
    } finally {
      Parallel.setThreads(before);
    }
  }

  private static void cover(GemmTasks tasks, int m, int panels, int together) {
    int[] seen = new int[m * panels];
    for (int task = 0; task < tasks.count; task++) {
      int row = tasks.row(task);
      int panel = tasks.panel(task);
      assertTrue(row < m && panel < panels, "task " + task + " begins at " + row + ", " + panel);
      assertEquals(0, row % together, "task " + task);
      for (int i = row; i < Math.min(m, row + tasks.rows); i++) {
        for (int p = panel; p < Math.min(panels, panel + tasks.panels); p++) {
          seen[i * panels + p]++;
        }
      }
    }
    int[] once = new int[seen.length];
    Arrays.fill(once, 1);
    assertTrue(Arrays.equals(once, seen), "every row and panel once");
  }
}
