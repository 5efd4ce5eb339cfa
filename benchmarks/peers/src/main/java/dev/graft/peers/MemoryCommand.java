package dev.graft.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The most memory that a process ever has, for the same work. */
@Command(
    name = "memory",
    mixinStandardHelpOptions = true,
    description = "Peak resident memory of a process: ResNet-50, inference b1 and training b8.")
final class MemoryCommand implements Callable<Integer> {
  private static final String MODEL = "resnet50";

  /** A JVM takes what it is given: the same work with a heap that holds weights and plan. */
  private static final String LIMITED = "graft-xmx256m";

  @Mixin private Options options;

  @Option(names = "--rounds", paramLabel = "N", description = "Default: 3.")
  private int rounds = 3;

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("peers");
    Report report = new Report("memory", Report.Unit.MEGABYTES, options.csv("memory"));
    try {
      ColdCommand.write(folder);
      Children children = new Children(folder);
      List<String> inferring = List.of("graft", LIMITED, OnnxRuntime.NAME, Libtorch.NAME);
      add(
          report,
          "infer b1",
          inferring,
          peer ->
              children.run(
                  peer.equals(LIMITED) ? List.of("-Xmx256m") : List.of(),
                  "infer",
                  peer,
                  file(folder, peer).toString()));
      add(
          report,
          "train b8",
          List.of("graft", Libtorch.NAME),
          peer -> children.run(List.of(), "train", peer, MODEL, "8"));
      report.close();
    } finally {
      ColdCommand.delete(folder);
    }
    return 0;
  }

  private static Path file(Path folder, String contender) {
    return contender.equals(OnnxRuntime.NAME)
        ? ColdCommand.onnx(folder)
        : ColdCommand.weights(folder);
  }

  private void add(
      Report report,
      String work,
      List<String> contenders,
      Function<String, Children.Answer> child) {
    List<Times> times = new ArrayList<>();
    for (String contender : contenders) {
      if (options.with(contender)) {
        double[] megabytes = new double[rounds];
        try {
          for (int i = 0; i < rounds; i++) {
            megabytes[i] = Long.parseLong(child.apply(contender).line()) / 1024.0;
          }
          times.add(new Times(contender, megabytes));
        } catch (Children.Ended e) {
          if (contender.startsWith("graft")) {
            throw e;
          }
          System.err.println("memory: " + contender + " is left out of " + work + ": " + e.brief());
        }
      }
    }
    report.add(MODEL + " " + work, Runtime.getRuntime().availableProcessors(), 1, times);
  }
}
