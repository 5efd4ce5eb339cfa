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

/** The most memory that a process ever has, for the same work. */
@Command(
    name = "memory",
    mixinStandardHelpOptions = true,
    description = "Peak resident memory of a process: ResNet-50, inference b1 and training b8.")
final class MemoryCommand implements Callable<Integer> {
  private static final String MODEL = "resnet50";

  @Mixin private Options options;

  @Option(names = "--rounds", paramLabel = "N", description = "Default: 3.")
  private int rounds = 3;

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("peers");
    Report report = new Report("memory", Report.Unit.MEGABYTES, options.csv("memory"));
    try {
      Children children = new Children(folder);
      List<String> inferring = List.of("graft", OnnxRuntime.NAME, Libtorch.NAME);
      add(report, "infer", "1", children, inferring);
      add(report, "train", "8", children, List.of("graft", Libtorch.NAME));
      report.close();
    } finally {
      ColdCommand.delete(folder);
    }
    return 0;
  }

  private void add(
      Report report, String work, String batch, Children children, List<String> contenders) {
    List<Times> times = new ArrayList<>();
    for (String contender : contenders) {
      if (options.with(contender)) {
        double[] megabytes = new double[rounds];
        for (int i = 0; i < rounds; i++) {
          String line = children.run(List.of(), work, contender, MODEL, batch).line();
          megabytes[i] = Long.parseLong(line) / 1024.0;
        }
        times.add(new Times(contender, megabytes));
      }
    }
    int cores = Runtime.getRuntime().availableProcessors();
    report.add(MODEL + " " + work + " b" + batch, cores, 1, times);
  }
}
