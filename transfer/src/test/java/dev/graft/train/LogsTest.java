package dev.graft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.nn.Layer;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogsTest {
  @TempDir Path folder;

  @Test
  void csvHasARowForEachMoment() throws IOException {
    Path file = folder.resolve("new/log.csv");
    try (CsvLog log = new CsvLog(file)) {
      log.begin(0, 0);
      log.write(1, 1, "train", Map.of("loss", 0.5, "lr", 0.1));
      log.write(9, 1, "val", Map.of("loss", Double.NaN, "accuracy", 0.25, "top5", 1.0));
    }
    assertEquals(
        """
        step,epoch,split,loss,accuracy,top5,lr,images_per_second
        1,1,train,0.5,,,0.1,
        9,1,val,NaN,0.25,1.0,,
        """,
        Files.readString(file));
  }

  @Test
  void csvForgetsWhatTheCheckpointDoesNotKnow() throws IOException {
    Path file = folder.resolve("log.csv");
    try (CsvLog log = new CsvLog(file)) {
      log.begin(0, 0);
      for (int step = 1; step <= 4; step++) {
        log.write(step, 1, "train", Map.of("loss", 1.0 * step));
      }
      log.write(4, 1, "epoch", Map.of("loss", 2.5));
      log.write(4, 1, "val", Map.of("loss", 3.0));
      log.write(5, 2, "train", Map.of("loss", 5.0));
    }
    Files.writeString(file, Files.readString(file) + "6,2,tra");
    try (CsvLog log = new CsvLog(file)) {
      log.begin(4, 1);
    }
    assertEquals(7, Files.readAllLines(file).size());
    try (CsvLog log = new CsvLog(file)) {
      log.begin(4, 0);
      log.write(4, 1, "val", Map.of("loss", 3.5));
    }
    assertEquals(
        List.of("3,1,train,3.0,,,,", "4,1,train,4.0,,,,", "4,1,val,3.5,,,,"),
        Files.readAllLines(file).subList(3, 6));
    try (CsvLog log = new CsvLog(file)) {
      log.begin(0, 0);
    }
    assertEquals(1, Files.readAllLines(file).size());
  }

  @Test
  void csvDoesNotOverwriteOtherFiles() throws IOException {
    Path file = Files.writeString(folder.resolve("thesis.txt"), "Chapter 1\n");
    try (CsvLog log = new CsvLog(file)) {
      IOException thrown = assertThrows(IOException.class, () -> log.begin(0, 0));
      assertEquals(
          file + ": is no log of a training run; it would be overwritten", thrown.getMessage());
    }
    assertEquals("Chapter 1\n", Files.readString(file));
  }

  /** Rows but for the speed, which no two runs share. */
  private static List<String> rows(Path csv) throws IOException {
    return Files.readAllLines(csv).stream().map(r -> r.substring(0, r.lastIndexOf(','))).toList();
  }

  @Test
  void aResumedRunLeavesTheTableOfOneThatWasNeverEnded() throws IOException {
    Path never = folder.resolve("never.csv");
    Toy.trainer(Toy.network(1))
        .withLog(new CsvLog(never))
        .withLogEvery(3)
        .fit(Toy.trainLoader(), Toy.heldOut(), 3);
    assertEquals(1 + 39 / 3 + 6, rows(never).size());
    Path resumed = folder.resolve("resumed.csv");
    int[] kills = {8, 13, 20, 26, 0};
    for (int kill : kills) {
      Layer net = Toy.network(1);
      Trainer trainer =
          Toy.trainer(net)
              .withCheckpoints(folder.resolve("run"), 4)
              .withLog(new CsvLog(resumed))
              .withLogEvery(3)
              .withHook(
                  new StepHook() {
                    @Override
                    public void afterStep(int step) {
                      if (step + 1 == kill) {
                        throw new IllegalStateException("killed");
                      }
                    }
                  });
      if (kill > 0) {
        assertThrows(
            IllegalStateException.class, () -> trainer.resume(Toy.trainLoader(), Toy.heldOut(), 3));
      } else {
        trainer.resume(Toy.trainLoader(), Toy.heldOut(), 3);
      }
    }
    assertEquals(rows(never), rows(resumed));
  }

  @Test
  void theBarTellsLossAndSpeed() {
    Meter meter = new Meter();
    meter.add(Tensor.ones(400, 2), new int[400], 0.41228);
    assertEquals("loss 0.4123, 4,000 images/s", meter.note(0.1));
  }

  @Test
  void aLinePerEpochTellsHowItGoes() {
    Metrics train = new Metrics(1000, 0.5, 0.75, 1, null);
    EpochResult result =
        new EpochResult(3, 30, train, new Metrics(10, 0.25, 0.8, 1, null), 0.1, 0.5);
    assertEquals(
        "epoch 3  loss 0.5000, accuracy 75.00 %  2,000 images/s"
            + "  held out: loss 0.2500, accuracy 80.00 %",
        result.toString());
    assertEquals(result, EpochResult.parse(result.toText()));
    EpochResult alone = new EpochResult(3, 30, train, null, 0.1, 0.5);
    assertEquals("epoch 3  loss 0.5000, accuracy 75.00 %  2,000 images/s", alone.toString());
    assertEquals(alone, EpochResult.parse(alone.toText()));
    assertTrue(alone.validation() == null);
  }
}
