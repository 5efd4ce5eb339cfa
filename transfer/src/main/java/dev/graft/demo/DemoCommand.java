package dev.graft.demo;

import dev.graft.cli.DeviceOption;
import dev.graft.models.Backbone;
import dev.graft.nn.Linear;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import dev.graft.train.Progress;
import dev.graft.transfer.TransferModel;
import dev.graft.transfer.Trunks;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code graft demo}: what a trunk trained on letters is worth when there are few digits. */
@Command(
    name = "demo",
    description = {
      "Learns handwritten digits from 1, 5 and 20 examples of each, offline.",
      "Compared are a trunk that Graft pretrained on letters, the same network from scratch, and raw pixels."
    },
    showDefaultValues = true)
public final class DemoCommand implements Callable<Integer> {
  private static final int CHUNK = 200;

  @Spec private CommandSpec spec;

  @Option(names = "--out", paramLabel = "FILE.png", description = "Where to draw the curves.")
  private Path out = Path.of("graft-demo.png");

  @Option(names = "--draws", paramLabel = "N", description = "Draws of examples to average over.")
  private int draws = 20;

  @Option(
      names = "--scratch-draws",
      paramLabel = "N",
      description = "Draws for the network from scratch, seconds each; 0 leaves it out.")
  private int scratchDraws = 3;

  @Option(names = "--seed", paramLabel = "N", description = "Of the draws and fresh weights.")
  private long seed = 1;

  @Mixin private DeviceOption device;

  @Option(names = "--json", description = "Print one JSON object on standard output, no more.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean help;

  @Override
  public Integer call() throws IOException {
    if (draws < 1 || scratchDraws < 0) {
      throw new ParameterException(
          spec.commandLine(),
          "--draws must be at least 1 and --scratch-draws at least 0: %d, %d"
              .formatted(draws, scratchDraws));
    }
    long start = System.nanoTime();
    Digits pool = Digits.pool();
    Digits test = Digits.test();
    Backbone trunk = trunk().backbone();
    TransferModel model =
        new TransferModel(trunk, new Linear(trunk.numFeatures(), Digits.CLASSES, Rng.of(seed)));
    model.to(device.get());
    List<Contender> contenders = contenders(model, pool, test);
    List<FewShot.Result> results = compete(contenders, pool, test);
    Path chart = draw(results);
    DemoReport report =
        new DemoReport(
            results,
            seed,
            test.count(),
            model.trunk().network().numParameters(),
            chart,
            (System.nanoTime() - start) / 1e9);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(json ? report.toJson() + System.lineSeparator() : text(report));
    stdout.flush();
    return 0;
  }

  /** The trunk that Graft pretrained on letters. */
  public static Trunks.Trunk trunk() throws IOException {
    String name = "letters-resnet20.safetensors";
    try (InputStream in = DemoCommand.class.getResourceAsStream("trunk/" + name)) {
      if (in == null) {
        throw new IOException("demo: resource missing: trunk/" + name + "; rebuild the jar");
      }
      return Trunks.load(name, in);
    }
  }

  private List<Contender> contenders(TransferModel model, Digits pool, Digits test) {
    Tensor poolImages = GreyImages.tensor(pool.pixels()).to(model.backend());
    Tensor testImages = GreyImages.tensor(test.pixels()).to(model.backend());
    List<Contender> contenders = new ArrayList<>();
    contenders.add(
        new RidgeContender(
            "graft",
            "grafted trunk + ridge head",
            features(model, poolImages),
            pool.labels(),
            features(model, testImages)));
    if (scratchDraws > 0) {
      contenders.add(
          new ScratchContender(poolImages, pool.labels(), testImages, seed, scratchDraws));
    }
    contenders.add(
        new RidgeContender(
            "pixels", "ridge on raw pixels", grey(poolImages), pool.labels(), grey(testImages)));
    return contenders;
  }

  private static Tensor features(TransferModel model, Tensor images) {
    int n = images.dim(0);
    Tensor[] parts = new Tensor[(n + CHUNK - 1) / CHUNK];
    for (int i = 0; i < parts.length; i++) {
      Tensor part = images.slice(0, i * CHUNK, Math.min(n, (i + 1) * CHUNK));
      parts[i] = model.features(part);
    }
    return Tensor.cat(0, parts);
  }

  /** One of the three equal channels, as [n, 784]. */
  private static Tensor grey(Tensor images) {
    return images.slice(1, 0, 1).flatten(1);
  }

  private List<FewShot.Result> compete(List<Contender> contenders, Digits pool, Digits test) {
    FewShot fewShot =
        new FewShot(new FewShotDraws(pool.labels(), Digits.CLASSES, seed), test.labels(), draws);
    try (Progress progress = Progress.of("digits", fewShot.total(contenders))) {
      return fewShot.run(contenders, progress::to);
    }
  }

  /** A machine without fonts gets its numbers all the same. */
  private Path draw(List<FewShot.Result> results) {
    Path file = out.toAbsolutePath();
    try {
      DemoChart.write(results, file);
      return file;
    } catch (IOException e) {
      spec.commandLine().getErr().println("graft demo: no chart: " + e.getMessage());
      return null;
    }
  }

  private static String text(DemoReport report) {
    String end = System.lineSeparator();
    String chart = report.chart() == null ? "" : "Curves: " + report.chart() + end;
    return end + report.toText() + chart + "Took %.0f s.".formatted(report.seconds()) + end;
  }
}
