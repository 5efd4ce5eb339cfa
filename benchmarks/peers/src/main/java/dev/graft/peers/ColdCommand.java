package dev.graft.peers;

import dev.graft.nn.Layer;
import dev.graft.tensor.Shape;
import dev.graft.weights.Safetensors;
import dev.graft.weights.onnx.OnnxExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** From the start of a process to the first answer. */
@Command(
    name = "cold",
    mixinStandardHelpOptions = true,
    description = {
      "Seconds from the start of a JVM to a ResNet-50's first answer, weights read from disk.",
      "Graft with an AOT cache is a contender of its own: the cache is made once, before."
    })
final class ColdCommand implements Callable<Integer> {
  private static final String CACHED = "graft-aot";

  @Mixin private Options options;

  @Option(names = "--rounds", paramLabel = "N", description = "Default: 5.")
  private int rounds = 5;

  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("peers");
    Report report = new Report("cold", Report.Unit.SECONDS, options.csv("cold"));
    try {
      Path weights = weights(folder);
      Path onnx = onnx(folder);
      write(folder);
      Children children = new Children(folder);
      List<String> aot = aotCache(children, folder.resolve("graft.aot"), weights);
      List<Entry> entries = new ArrayList<>();
      entries.add(new Entry(CACHED, weights, aot));
      entries.add(new Entry("graft", weights, List.of()));
      for (String peer : List.of(OnnxRuntime.NAME, Libtorch.NAME)) {
        if (options.with(peer)) {
          entries.add(new Entry(peer, peer.equals(OnnxRuntime.NAME) ? onnx : weights, List.of()));
        }
      }
      int cores = Runtime.getRuntime().availableProcessors();
      report.add(Child.COLD_MODEL + " b1", cores, 1, race(children, entries));
      report.close();
    } finally {
      delete(folder);
    }
    return 0;
  }

  private record Entry(String name, Path file, List<String> flags) {}

  /** Runs the same once and keeps what the JVM has learnt. */
  private static List<String> aotCache(Children children, Path cache, Path weights) {
    children.run(List.of("-XX:AOTCacheOutput=" + cache), "cold", CACHED, weights.toString());
    return List.of("-XX:AOTCache=" + cache);
  }

  private List<Times> race(Children children, List<Entry> entries) {
    double[][] seconds = new double[entries.size()][rounds];
    String[] answers = new String[entries.size()];
    for (int round = -1; round < rounds; round++) { // the first fills the page cache
      for (int i = 0; i < entries.size(); i++) {
        Entry e = entries.get(i);
        Children.Answer answer = children.run(e.flags(), "cold", e.name(), e.file().toString());
        answers[i] = answer.line();
        if (round >= 0) {
          seconds[i][round] = answer.seconds();
        }
      }
      checkSame(entries, answers);
    }
    List<Times> times = new ArrayList<>();
    for (int i = 0; i < seconds.length; i++) {
      times.add(new Times(entries.get(i).name(), seconds[i]));
    }
    return times;
  }

  private static void checkSame(List<Entry> entries, String... answers) {
    float[] first = numbers(answers[0]);
    for (int i = 1; i < answers.length; i++) {
      if (!(Agreement.difference(first, numbers(answers[i])) <= Agreement.TOLERANCE)) {
        throw new IllegalStateException(
            "cold: %s answers %s, %s %s; nothing is reported"
                .formatted(
                    entries.getFirst().name(), answers[0], entries.get(i).name(), answers[i]));
      }
    }
  }

  private static float[] numbers(String line) {
    String[] words = line.split(" ");
    float[] numbers = new float[words.length];
    for (int i = 0; i < words.length; i++) {
      numbers[i] = Float.parseFloat(words[i]);
    }
    return numbers;
  }

  static Path weights(Path folder) {
    return folder.resolve("resnet50.safetensors");
  }

  static Path onnx(Path folder) {
    return folder.resolve("resnet50.onnx");
  }

  /** The same random ResNet-50 in both files. */
  static void write(Path folder) throws IOException {
    Layer network = new Work(Child.COLD_MODEL, 1).network();
    Safetensors.write(weights(folder), network.stateDict());
    OnnxExport.of(network::apply, Shape.of(1, 3, 224, 224)).write(onnx(folder));
  }

  static void delete(Path folder) throws IOException {
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
