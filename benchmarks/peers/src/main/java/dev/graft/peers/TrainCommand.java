package dev.graft.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Training steps, in images a second. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Training steps, against libtorch and, where a Python has torch, PyTorch in both layouts.",
      "PYTHON in the environment names the Python (else Debian's is tried)."
    })
final class TrainCommand implements Callable<Integer> {
  private static final List<TrainWork> ALL =
      List.of(
          new TrainWork("resnet50", 8),
          new TrainWork("resnet18", 16),
          new TrainWork("cifar_resnet20", 128),
          new TrainWork(TrainWork.ARTICLE, 64));

  /**
   * Seconds before the first turn: a step has some hundred methods to compile, and a small one on
   * one thread is at its speed after seven.
   */
  private static final double WARM_UP = 10;

  /** ResNet-50 takes a second a step, and its JVM still compiles in the tenth. */
  private static final int WARM_STEPS = 20;

  /** Steps of a turn, after one that is not counted: training goes on step after step. */
  private static final int STEPS = 3;

  @Mixin private Options options;

  @Option(
      names = "--models",
      split = ",",
      paramLabel = "NAME",
      description = "resnet50, resnet18, cifar_resnet20, article (default: all).")
  private List<String> models = ALL.stream().map(TrainWork::model).toList();

  @Override
  public Integer call() throws IOException {
    String python = options.with(PythonPeer.NAME) ? PythonPeer.find() : null;
    if (python == null) {
      System.out.println("PyTorch takes no part: no Python with torch (Debian: python3-torch)");
    }
    Report report = new Report("train", Report.Unit.IMAGES, options.csv("train"));
    for (String model : models) {
      TrainWork work =
          ALL.stream()
              .filter(w -> w.model().equals(model))
              .findFirst()
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "train: no such model here: \"" + model + "\"; see --help"));
      measure(work, python, report);
    }
    report.close();
    return 0;
  }

  private void measure(TrainWork work, String python, Report report) throws IOException {
    Path folder = Files.createTempDirectory("peers");
    List<Contender> contenders = new ArrayList<>();
    try {
      contenders.add(new TrainContenders.Graft(work));
      if (options.with(Libtorch.NAME)) {
        contenders.add(new TrainContenders.Torch(work));
      }
      if (python != null) {
        Path file = work.write(folder);
        contenders.add(new PythonPeer(python, file, false));
        contenders.add(new PythonPeer(python, file, true));
      }
      Agreement.checkLosses(work.toString(), contenders);
      for (int threads : options.threads()) {
        List<Times> times = new Race(options.seconds, WARM_UP, WARM_STEPS, STEPS).run(contenders, threads);
        report.add(work.toString(), threads, work.batch(), times);
      }
    } finally {
      contenders.forEach(Contender::close);
      ColdCommand.delete(folder);
    }
  }
}
