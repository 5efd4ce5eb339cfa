package dev.graft.cli;

import dev.graft.data.ImageLoader;
import dev.graft.tensor.Tensor;
import dev.graft.transfer.Classifier;
import dev.graft.transfer.DownloadBar;
import dev.graft.transfer.FoundWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code graft predict}: what a model sees in images. */
@Command(
    name = "predict",
    description = "Prints the most probable classes of images. Fails if an image cannot be read.")
final class PredictCommand implements Callable<Integer> {
  @Mixin private Common common;
  @Mixin private DeviceOption device;
  @Mixin private UprightOption upright;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description =
          "A model that graft train saved, or weights with a head: a file, a name, hf:OWNER/NAME.")
  private String model;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "IMAGE", description = "The images.")
  private List<Path> images;

  @Option(names = "--top", description = "How many classes to print (default ${DEFAULT-VALUE}).")
  private int top = 3;

  /** A class and its probability. */
  private record Guess(String label, double probability) {}

  @Override
  public Integer call() throws IOException {
    if (top < 1) {
      throw new IllegalArgumentException("--top must be at least 1: " + top);
    }
    Output output = common.output();
    Classifier classifier = FoundWeights.of(model, DownloadBar.hub()).classifier();
    classifier.network().to(device.get());
    ImageLoader loader = new ImageLoader(upright.on(classifier.preprocessing()));
    List<Map<String, Object>> predictions = new ArrayList<>();
    boolean failed = false;
    for (int i = 0; i < images.size(); i++) {
      ImageLoader.Batch batch = loader.load(images, i, i + 1);
      output.unreadable(batch.unreadable());
      if (batch.images() == null) {
        failed = true;
        continue;
      }
      List<Guess> guesses = guesses(classifier, batch.images());
      predictions.add(Map.of("file", images.get(i).toString(), "predictions", guesses));
      output.line("%s", images.get(i));
      guesses.forEach(g -> output.line("  %6.2f %%  %s", 100 * g.probability(), g.label()));
    }
    output.object(Map.of("model", model, "images", predictions));
    return failed ? 1 : 0;
  }

  private List<Guess> guesses(Classifier classifier, Tensor image) {
    float[] p = classifier.probabilities(image).toArray();
    return IntStream.range(0, p.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer c) -> -p[c]))
        .limit(top)
        .map(c -> new Guess(classifier.classes().get(c), p[c]))
        .toList();
  }
}
