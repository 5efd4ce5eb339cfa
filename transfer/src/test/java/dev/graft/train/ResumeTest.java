package dev.graft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.data.DataLoader;
import dev.graft.nn.CrossEntropyLoss;
import dev.graft.nn.Flatten;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.nn.Sequential;
import dev.graft.optim.CosineLR;
import dev.graft.optim.ModelEma;
import dev.graft.optim.SGD;
import dev.graft.tensor.Rng;
import dev.graft.tensor.StateDict;
import dev.graft.weights.Safetensors;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumeTest {
  /** 13 steps an epoch. */
  private static final int EPOCHS = 4;

  @TempDir Path folder;

  /** What ends a run in the middle, as a kill would. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private interface Kind {
    Trainer trainer(Layer network);
  }

  private static Trainer plain(Layer network) {
    return Toy.trainer(network).withSchedule(new CosineLR(EPOCHS * 13)).withClipGradNorm(1);
  }

  private static Trainer averaged(Layer network) {
    return plain(network).withEma(new ModelEma(network, 0.9));
  }

  private static Trainer stopping(Layer network) {
    return plain(network).withEarlyStopping(EarlyStopping.onLoss(1));
  }

  private static Trainer momentum(Layer network) {
    SGD sgd = new SGD(network.parameters(), 0.05, 0.9f, 1e-4f, true);
    return new Trainer(network, new CrossEntropyLoss(), sgd).withOutput(null);
  }

  private static StepHook killAfter(int steps) {
    return new StepHook() {
      @Override
      public void afterStep(int step) {
        if (step + 1 == steps) {
          throw new Killed();
        }
      }
    };
  }

  /** Ended after each of these numbers of steps, a run ends with the bits of one that never was. */
  private void check(Kind kind, int every, int... kills) throws IOException {
    Layer never = Toy.network(1);
    History expected = kind.trainer(never).fit(Toy.trainLoader(), Toy.heldOut(), EPOCHS);
    Path run = folder.resolve("run");
    for (int kill : kills) {
      // Another seed: all that matters must come from the checkpoint.
      Trainer ended =
          kind.trainer(Toy.network(Files.exists(run.resolve("last.safetensors")) ? 99 : 1))
              .withCheckpoints(run, every)
              .withHook(killAfter(kill));
      assertThrows(Killed.class, () -> ended.resume(Toy.trainLoader(), Toy.heldOut(), EPOCHS));
    }
    Layer resumed = Toy.network(98);
    History history =
        kind.trainer(resumed)
            .withCheckpoints(run, every)
            .resume(Toy.trainLoader().withThreads(2), Toy.heldOut(), EPOCHS);
    assertEquals(Toy.bits(never), Toy.bits(resumed));
    assertEquals(figures(expected), figures(history));
  }

  private static List<String> figures(History history) {
    return history.epochs().stream()
        .map(
            e -> e.epoch() + " " + e.step() + " " + e.lr() + text(e.train()) + text(e.validation()))
        .toList();
  }

  private static String text(Metrics m) {
    return " " + m.examples() + " " + m.loss() + " " + m.accuracy() + " " + m.top5();
  }

  @Test
  void goesOnWithinAnEpoch() throws IOException {
    check(ResumeTest::plain, 1, 5, 6, 21, 40);
  }

  @Test
  void goesOnWhereAnEpochEndsWithACheckpoint() throws IOException {
    check(ResumeTest::plain, 13, 13, 14, 27);
  }

  @Test
  void goesOnFromTheEpochsEnd() throws IOException {
    check(ResumeTest::momentum, 0, 14, 30, 51);
  }

  @Test
  void goesOnWithAnAverageOfWeights() throws IOException {
    check(ResumeTest::averaged, 3, 7, 20, 21);
  }

  @Test
  void goesOnWithEarlyStopping() throws IOException {
    check(ResumeTest::stopping, 2, 4, 18, 30);
  }

  @Test
  void endedBeforeTheFirstCheckpointItBeginsAnew() throws IOException {
    Path run = folder.resolve("run");
    Trainer ended = plain(Toy.network(1)).withCheckpoints(run).withHook(killAfter(5));
    assertThrows(Killed.class, () -> ended.resume(Toy.trainLoader(), null, 2));
    Layer resumed = Toy.network(1);
    plain(resumed).withCheckpoints(run).resume(Toy.trainLoader(), null, 2);
    Layer never = Toy.network(1);
    plain(never).fit(Toy.trainLoader(), 2);
    assertEquals(Toy.bits(never), Toy.bits(resumed));
  }

  @Test
  void aFinishedRunHasNothingLeftToDoButCanBeMadeLonger() throws IOException {
    Path run = folder.resolve("run");
    Layer net = Toy.network(1);
    momentum(net).withCheckpoints(run).fit(Toy.trainLoader(), null, 2);
    Map<String, String> bits = Toy.bits(net);
    Layer again = Toy.network(2);
    History history = momentum(again).withCheckpoints(run).resume(Toy.trainLoader(), null, 2);
    assertEquals(bits, Toy.bits(again));
    assertEquals(2, history.epochs().size());
    Layer longer = Toy.network(2);
    momentum(longer).withCheckpoints(run).resume(Toy.trainLoader(), null, 3);
    Layer never = Toy.network(1);
    momentum(never).fit(Toy.trainLoader(), 3);
    assertEquals(Toy.bits(never), Toy.bits(longer));
  }

  @Test
  void theBestWeightsAreSavedForAnyNetworkToLoad() throws IOException {
    Path run = folder.resolve("run");
    Layer net = Toy.network(1);
    History history = plain(net).withCheckpoints(run).fit(Toy.trainLoader(), Toy.heldOut(), EPOCHS);
    Layer best = Toy.network(5);
    best.load(Weights.load(run.resolve("best.safetensors"))).orThrow();
    Metrics metrics = Toy.trainer(best).evaluate(Toy.heldOut());
    double most =
        history.epochs().stream().mapToDouble(e -> e.validation().accuracy()).max().orElseThrow();
    assertEquals(most, metrics.accuracy());
    assertEquals(history.epochs().get(history.bestEpoch() - 1).validation().loss(), metrics.loss());
  }

  @Test
  void whatAKilledWriterLeftIsCleanedUp() throws IOException {
    Files.writeString(folder.resolve(".last.safetensors.1234.tmp"), "half");
    Files.writeString(folder.resolve("notes.txt"), "mine");
    plain(Toy.network(1)).withCheckpoints(folder).fit(Toy.trainLoader(), null, 1);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(
          List.of("last.safetensors", "notes.txt"),
          files.map(f -> f.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void earlyStoppingThatIsTurnedOnLaterCountsFromThere() throws IOException {
    plain(Toy.network(1)).withCheckpoints(folder).fit(Toy.trainLoader(), Toy.heldOut(), 3);
    Layer net = Toy.network(1);
    History history =
        plain(net)
            .withCheckpoints(folder)
            .withEarlyStopping(new EarlyStopping(EarlyStopping.Monitor.LOSS, 2, 100))
            .resume(Toy.trainLoader(), Toy.heldOut(), 10);
    // Epoch 4 is the first to be compared, 5 and 6 are not better by 100.
    assertEquals(4, history.bestEpoch());
    assertEquals(6, history.epochs().size());
    assertTrue(history.stoppedEarly());
  }

  // ---- what does not fit

  private Path checkpoint() throws IOException {
    plain(Toy.network(1))
        .withCheckpoints(folder, 5)
        .withHook(killAfter(1_000_000))
        .fit(Toy.trainLoader(), null, 1);
    return folder.resolve("last.safetensors");
  }

  private void refused(String problem, Path file, Trainer trainer, DataLoader data) {
    Map<String, String> before = Toy.bits(trainer.model());
    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> trainer.resume(file, data, null, 3));
    assertEquals("resume: " + file + ": " + problem, thrown.getMessage());
    assertEquals(before, Toy.bits(trainer.model()));
  }

  @Test
  void anotherNetworksCheckpointIsRefused() throws IOException {
    Path file = checkpoint();
    Layer linear = new Sequential(new Flatten(), new Linear(64, 4, Rng.of(1)));
    refused(
        "is of another network:\n"
            + "  unexpected 0.weight\n"
            + "  unexpected 0.bias\n"
            + "  unexpected 1.running_mean\n"
            + "  unexpected 1.running_var\n"
            + "  unexpected 7.weight\n"
            + "  unexpected 7.bias\n"
            + "  misshapen 1.weight (the network has [4, 64], the file [6])\n"
            + "  misshapen 1.bias (the network has [4], the file [6])",
        file,
        plain(linear),
        Toy.trainLoader());
  }

  @Test
  void anotherOptimizersCheckpointIsRefused() throws IOException {
    refused(
        "sgd: load: state does not fit: the state of adam",
        checkpoint(),
        momentum(Toy.network(1)),
        Toy.trainLoader());
  }

  @Test
  void anAverageOfWeightsIsNotLeftOutNorMadeUp() throws IOException {
    Path file = checkpoint();
    refused(
        "was written without an average of weights; leave out withEma(…)",
        file,
        averaged(Toy.network(1)),
        Toy.trainLoader());
    Path other = folder.resolve("other");
    averaged(Toy.network(1)).withCheckpoints(other).fit(Toy.trainLoader(), null, 1);
    refused(
        "was written with an average of weights; call withEma(…)",
        other.resolve("last.safetensors"),
        plain(Toy.network(1)),
        Toy.trainLoader());
  }

  @Test
  void weightsAloneAreNoCheckpoint() throws IOException {
    plain(Toy.network(1)).withCheckpoints(folder).fit(Toy.trainLoader(), Toy.heldOut(), 1);
    refused(
        "is no checkpoint of a training run, or of a newer version",
        folder.resolve("best.safetensors"),
        plain(Toy.network(1)),
        Toy.trainLoader());
  }

  @Test
  void withinAnEpochTheDataMustBeTheSame() throws IOException {
    Path run = folder.resolve("run");
    Trainer ended = plain(Toy.network(1)).withCheckpoints(run, 5).withHook(killAfter(7));
    assertThrows(Killed.class, () -> ended.fit(Toy.trainLoader(), null, 2));
    DataLoader other = new DataLoader(Toy.trainLoader().dataset(), 32).withShuffle(3);
    refused(
        "was written within an epoch of other data:"
            + " examples=200 batch=16 seed=3 shuffle=true dropLast=false; this run has"
            + " examples=200 batch=32 seed=3 shuffle=true dropLast=false",
        run.resolve("last.safetensors"),
        plain(Toy.network(1)),
        other);
    // Between two epochs they may change.
    plain(Toy.network(1)).resume(checkpoint(), other, null, 2);
  }

  @Test
  void aTornFileIsRefused() throws IOException {
    Path file = checkpoint();
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    Trainer trainer = plain(Toy.network(1));
    IOException thrown =
        assertThrows(IOException.class, () -> trainer.resume(file, Toy.trainLoader(), null, 2));
    assertTrue(thrown.getMessage().startsWith(file.toString()), thrown.getMessage());
  }

  @Test
  void factsThatAreNoneAreRefused() throws IOException {
    Path file = checkpoint();
    StateDict all = Weights.load(file);
    for (String key : List.of("step", "meter", "history", "bestMetric")) {
      String before = all.metadata().put(key, "x");
      Safetensors.write(file, all);
      refused(
          "holds no numbers where they are due; it looks damaged",
          file,
          plain(Toy.network(1)),
          Toy.trainLoader());
      all.metadata().put(key, before);
    }
    all.metadata().remove("epoch");
    Safetensors.write(file, all);
    refused(
        "lacks its \"epoch\"; it looks damaged", file, plain(Toy.network(1)), Toy.trainLoader());
  }

  @Test
  void theStateOfTheGeneratorsMatters() throws IOException {
    // The same run with dropout drawing other numbers ends elsewhere, so the tests above see it.
    Layer one = Toy.network(1);
    Layer two = Toy.network(1);
    two.generators().values().forEach(Rng::nextLong);
    assertEquals(Toy.bits(one), Toy.bits(two));
    assertFalse(one.generators().isEmpty());
    momentum(one).fit(Toy.trainLoader(), 1);
    momentum(two).fit(Toy.trainLoader(), 1);
    assertNotEquals(Toy.bits(one), Toy.bits(two));
  }
}
