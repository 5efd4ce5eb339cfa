package dev.graft.peers;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whole networks in eval mode, in images a second. */
@Command(
    name = "infer",
    mixinStandardHelpOptions = true,
    description = "ResNets in eval mode, against ONNX Runtime, and libtorch if asked for.")
final class InferCommand implements Callable<Integer> {
  private static final List<Work> ALL =
      List.of(
          new Work("resnet50", 1),
          new Work("resnet50", 16),
          new Work("resnet18", 1),
          new Work("resnet18", 16),
          new Work("cifar_resnet20", 128));

  /**
   * Calls of a turn at least, after one that is not counted: a lone call finds the caches full of
   * the other library's data. ResNet-18 at batch 16 on two threads: Graft 97 instead of 106 images
   * a second, ONNX Runtime 61 instead of 63.
   */
  private static final int CALLS = 2;

  @Mixin private Options options;

  @Option(
      names = "--models",
      split = ",",
      paramLabel = "NAME",
      description = "resnet18, resnet50, cifar_resnet20 (default: all); others by their names too.")
  private List<String> models = List.of("resnet50", "resnet18", "cifar_resnet20");

  @Option(
      names = "--batches",
      split = ",",
      paramLabel = "N",
      description = "Instead of 1 and 16 (CIFAR: 128).")
  private List<Integer> batches = List.of();

  @Option(names = "--libtorch", description = "Also libtorch, which takes three times as long.")
  private boolean libtorch;

  @Option(names = "--eager", description = "Also Graft without a plan.")
  private boolean eager;

  @Override
  public Integer call() {
    Report report = new Report("infer", Report.Unit.IMAGES, options.csv("infer"));
    for (Work work : works()) {
      measure(work, report);
    }
    report.close();
    return 0;
  }

  private Set<Work> works() {
    Set<Work> works = new LinkedHashSet<>();
    for (String model : models) {
      List<Work> usual = ALL.stream().filter(w -> w.model().equals(model)).toList();
      Stream<Integer> sizes =
          !batches.isEmpty()
              ? batches.stream()
              : usual.isEmpty() ? Stream.of(1, 16) : usual.stream().map(Work::batch);
      sizes.map(batch -> new Work(model, batch)).forEach(works::add);
    }
    return works;
  }

  private void measure(Work work, Report report) {
    List<Contender> contenders = new ArrayList<>(List.of(new InferContenders.Graft(work)));
    if (options.with(OnnxRuntime.NAME)) {
      contenders.add(InferContenders.onnxRuntime(work));
    }
    if (libtorch) {
      contenders.add(new InferContenders.Torch(work));
    }
    if (eager) {
      contenders.add(new InferContenders.Eager(work));
    }
    try {
      Agreement.check(work.toString(), contenders);
      for (int threads : options.threads()) {
        List<Times> times = new Race(options.seconds, Race.WARM_UP, 1, CALLS).run(contenders, threads);
        report.add(work.toString(), threads, work.batch(), times);
      }
    } finally {
      contenders.forEach(Contender::close);
    }
  }
}
