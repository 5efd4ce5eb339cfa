package dev.graft.cli;

import dev.graft.models.Head;
import dev.graft.nn.LoadReport;
import dev.graft.tensor.Rng;
import dev.graft.transfer.DownloadBar;
import dev.graft.transfer.DryRun;
import dev.graft.transfer.FoundWeights;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code graft check}: what would come of loading weights. */
@Command(
    name = "check",
    description = {
      "Says what would come of loading weights, without loading them: whose names they have, which"
          + " network they are of, what fits and what not, and what to do about it.",
      "Exits with 1 where something does not fit."
    })
final class CheckCommand implements Callable<Integer> {
  /** What becomes of the head in the file. */
  enum HeadChoice {
    keep,
    drop,
    reinitialise
  }

  @Mixin private Common common;

  @Parameters(
      index = "0",
      paramLabel = "WEIGHTS",
      description = "A file, a name such as resnet50, or hf:OWNER/NAME.")
  private String weights;

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description =
          "The network that they are to be of, such as resnet50_stride1x1 (default: as recognised).")
  private String network;

  @Option(
      names = "--head",
      description =
          "What becomes of the head in the file: ${COMPLETION-CANDIDATES} (default"
              + " ${DEFAULT-VALUE}).")
  private HeadChoice head = HeadChoice.keep;

  @Option(
      names = "--classes",
      description =
          "The outputs of the new head with --head reinitialise (default ${DEFAULT-VALUE}).")
  private int classes = 10;

  @Override
  public Integer call() throws IOException {
    Output output = common.output();
    DryRun run = FoundWeights.of(weights, DownloadBar.hub()).dryRun(network);
    Head choice =
        switch (head) {
          case keep -> Head.keep();
          case drop -> Head.drop();
          case reinitialise -> Head.reinitialise(classes, Rng.of(0));
        };
    LoadReport report = run.compare(choice);
    output.line("%s", run.report(choice));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("weights", weights);
    result.put("network", choice.on(run.architecture()).name());
    result.put("convention", run.renamed().convention().map(c -> c.label()).orElse(""));
    result.put("prefix", run.renamed().prefix());
    result.put("leftOut", run.renamed().leftOut());
    result.put("assumed", run.recognition().assumed());
    result.put("fits", report.isComplete());
    result.put("applied", report.applied().size());
    result.put("missing", report.missing());
    result.put("unexpected", report.unexpected());
    result.put("misshapen", report.misshapen());
    result.put("dropped", report.dropped());
    result.put("advice", report.advice());
    output.object(result);
    return report.isComplete() ? 0 : 1;
  }
}
