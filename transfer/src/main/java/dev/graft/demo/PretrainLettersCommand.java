package dev.graft.demo;

import dev.graft.models.Architecture;
import dev.graft.models.ResNet;
import dev.graft.train.Progress;
import dev.graft.transfer.Classifier;
import dev.graft.weights.Safetensors;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code graft pretrain-letters}: makes the trunk that the demo ships. */
@Command(
    name = "pretrain-letters",
    description = "Train ResNet-20 on letters drawn from fonts: how the demo's trunk was made.",
    showDefaultValues = true)
public final class PretrainLettersCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The safetensors file to write; the log goes beside it, ending in .log.")
  private Path out;

  @Option(
      names = "--fonts",
      paramLabel = "DIR",
      description = "Folder of .ttf and .otf files; without it the installed fonts.")
  private Path fonts;

  @Option(names = "--images", paramLabel = "N", description = "Letters drawn for each epoch.")
  private int images = 16_000;

  @Option(names = "--epochs", paramLabel = "N", description = "Epochs, each of letters drawn anew.")
  private int epochs = 3;

  @Option(names = "--batch", paramLabel = "N", description = "Letters a step.")
  private int batch = 128;

  @Option(names = "--lr", paramLabel = "X", description = "Learning rate at the cycle's top.")
  private double lr = 0.1;

  @Option(names = "--weight-decay", paramLabel = "X", description = "Weight decay.")
  private float weightDecay = 5e-4f;

  @Option(names = "--seed", paramLabel = "N", description = "Of the weights and the letters.")
  private long seed = 1;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean help;

  @Override
  public Integer call() throws IOException {
    LetterTraining.Recipe recipe =
        new LetterTraining.Recipe(images, epochs, batch, lr, weightDecay, seed);
    FontLibrary library = fonts == null ? FontLibrary.installed() : FontLibrary.of(fonts);
    Path logFile =
        out.resolveSibling(out.getFileName().toString().replaceFirst("\\.[^.]*$", "") + ".log");
    long start = System.nanoTime();
    ResNet network;
    try (PrintWriter log = new PrintWriter(Files.newBufferedWriter(logFile))) {
      header(recipe, library).forEach(line -> report(log, line));
      network = train(recipe, library, log);
      report(log, "trained in %.0f s".formatted((System.nanoTime() - start) / 1e9));
    }
    Safetensors.write(out, network.stateDict(), metadata(recipe));
    spec.commandLine().getOut().println("weights: " + out + "\nlog: " + logFile);
    return 0;
  }

  private ResNet train(LetterTraining.Recipe recipe, FontLibrary library, PrintWriter log) {
    int steps = recipe.stepsPerEpoch() * recipe.epochs();
    try (Progress progress = Progress.of("letters", steps)) {
      return new LetterTraining(library, recipe).run(line -> report(log, line), progress::to);
    }
  }

  private List<String> header(LetterTraining.Recipe recipe, FontLibrary library) {
    List<String> lines = new ArrayList<>();
    lines.add("graft pretrain-letters " + String.join(" ", arguments()));
    lines.add(recipe.toString());
    lines.add(
        "Java %s, %s %s"
            .formatted(
                Runtime.version(), System.getProperty("os.name"), System.getProperty("os.arch")));
    lines.add(LetterClasses.count() + " classes: " + String.join(" ", LetterClasses.CLASSES));
    lines.add(library.families().size() + " font families:");
    library.describe().forEach(family -> lines.add("  " + family));
    library.skipped().forEach(file -> lines.add("  skipped " + file));
    return lines;
  }

  /** The options as given, without the folders in front of the files. */
  private List<String> arguments() {
    return spec.commandLine().getParseResult().originalArgs().stream()
        .map(arg -> arg.startsWith("-") ? arg : Path.of(arg).getFileName().toString())
        .toList();
  }

  private void report(PrintWriter log, String line) {
    log.println(line);
    log.flush();
    spec.commandLine().getErr().println(line);
  }

  private static Map<String, String> metadata(LetterTraining.Recipe recipe) {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("graft.made_by", "graft pretrain-letters");
    metadata.put("graft.recipe", recipe.toString());
    metadata.putAll(
        Classifier.metadata(
            Architecture.of("cifar_resnet" + LetterTraining.DEPTH, LetterClasses.count()),
            LetterClasses.CLASSES,
            GreyImages.PREPROCESSING));
    return metadata;
  }
}
