package dev.graft.train;

import dev.graft.nn.Layer;
import dev.graft.optim.CosineLR;
import dev.graft.optim.ModelEma;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The program that {@link KillTest} kills: trains in the folder of its first argument for the
 * epochs of its second, tells of each step, and in the end which bits came out.
 */
public final class KillRun {
  /** So that a run lasts long enough to be killed many times. */
  private static final int PACE_MILLIS = 8;

  private KillRun() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    int epochs = Integer.parseInt(args[1]);
    Layer net = Toy.network(1);
    Toy.trainer(net)
        .withSchedule(new CosineLR(epochs * Toy.trainLoader().batches()))
        .withClipGradNorm(1)
        .withEma(new ModelEma(net, 0.95))
        .withEarlyStopping(EarlyStopping.onAccuracy(epochs))
        .withCheckpoints(folder.resolve("run"), 3)
        .withLog(new CsvLog(folder.resolve("log.csv")))
        .withHook(
            new StepHook() {
              @Override
              public void afterStep(int step) {
                System.out.println("step " + step);
                pause();
              }
            })
        .resume(Toy.trainLoader(), Toy.heldOut(), epochs);
    System.out.println("done " + Toy.bits(net));
  }

  private static void pause() {
    try {
      Thread.sleep(PACE_MILLIS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
