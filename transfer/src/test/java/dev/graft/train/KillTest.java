package dev.graft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a training run with SIGKILL at random moments, resumes it each time, and requires the bits
 * of a run that was never killed. The system property {@code kills} says how often; twice unless
 * given.
 */
class KillTest {
  private static final int KILLS = Integer.getInteger("kills", 2);
  private static final int EPOCHS = 2 + 2 * KILLS;
  private static final int STEPS = EPOCHS * Toy.trainLoader().batches();

  /** A few steps' time. */
  private static final long MOMENTS = TimeUnit.MILLISECONDS.toNanos(30);

  @TempDir Path folder;

  private final RandomGenerator random = RandomGenerator.getDefault();

  /** A process that trains, and what it has said. */
  private final class Life {
    final long begin = System.nanoTime();
    final Process process;
    final Thread listener;
    int lastStep = -1;
    boolean over;
    volatile String bits;

    Life(Path run) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(ProcessHandle.current().info().command().orElse("java"));
      command.add("--add-modules=jdk.incubator.vector");
      String classes = System.getProperty("surefire.test.class.path", "");
      command.add("-cp");
      command.add(classes.isEmpty() ? System.getProperty("java.class.path") : classes);
      command.addAll(List.of(KillRun.class.getName(), run.toString(), "" + EPOCHS));
      process =
          new ProcessBuilder(command).redirectError(folder.resolve("errors.txt").toFile()).start();
      listener = new Thread(this::listen);
      listener.start();
    }

    private void listen() {
      try (BufferedReader lines = process.inputReader()) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("step ")) {
            heard(Integer.parseInt(line.substring(5)), false);
          } else if (line.startsWith("done ")) {
            bits = line;
          }
        }
      } catch (IOException | NumberFormatException e) {
        // A killed process may end its output within a line.
      } finally {
        heard(lastStep, true);
      }
    }

    private synchronized void heard(int step, boolean last) {
      lastStep = step;
      over |= last;
      notifyAll();
    }

    synchronized void await(int step) throws InterruptedException {
      while (lastStep < step && !over) {
        wait();
      }
    }

    /** Its exit status, once all that it said is heard. */
    int end() throws InterruptedException {
      int status = process.waitFor();
      listener.join();
      return status;
    }
  }

  @Test
  @Timeout(600)
  void killedAtRandomMomentsItEndsWithTheSameBits() throws Exception {
    Life never = new Life(folder.resolve("never"));
    never.await(0);
    long startNanos = System.nanoTime() - never.begin;
    assertEquals(0, never.end(), errors());

    Path run = folder.resolve("killed");
    int reached = 0;
    for (int kill = 1; kill <= KILLS; kill++) {
      Life life = new Life(run);
      if (random.nextInt(4) == 0) {
        sleep(random.nextLong(startNanos)); // while it starts, or reads its checkpoint
      } else {
        life.await(reached + random.nextInt(STEPS / (KILLS + 1)));
        sleep(random.nextLong(MOMENTS)); // within a step, or while it writes a checkpoint
      }
      life.process.destroyForcibly();
      int status = life.end();
      reached = Math.max(reached, life.lastStep);
      System.out.printf("kill %d of %d: in step %d of %d%n", kill, KILLS, life.lastStep + 1, STEPS);
      assertEquals(128 + 9, status, "it was over before it was killed: " + errors());
    }
    Life last = new Life(run);
    assertEquals(0, last.end(), errors());
    assertTrue(never.bits != null && never.bits.length() > 100, never.bits);
    assertEquals(never.bits, last.bits);
    assertEquals(figures(folder.resolve("never")), figures(run));
  }

  private static void sleep(long nanos) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(nanos);
  }

  private String errors() throws IOException {
    return Files.readString(folder.resolve("errors.txt"));
  }

  /** The log's rows but for the speed. */
  private static List<String> figures(Path run) throws IOException {
    return Files.readAllLines(run.resolve("log.csv")).stream()
        .map(row -> row.substring(0, row.lastIndexOf(',')))
        .toList();
  }
}
