package dev.graft.cli;

import dev.graft.data.ImageFolder;
import dev.graft.data.Preprocessing;
import dev.graft.train.Progress;
import dev.graft.transfer.Classifier;
import dev.graft.transfer.DownloadBar;
import dev.graft.transfer.Evaluation;
import dev.graft.transfer.FolderRun;
import dev.graft.transfer.FoundWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code graft evaluate}: how often a model is right. */
@Command(
    name = "evaluate",
    description = {
      "Judges a model on a folder of images by class.",
      "A weight file with a head of its own is judged on the class folders in sorted order, with the"
          + " preprocessing of its architecture."
    })
final class EvaluateCommand implements Callable<Integer> {
  @Mixin private Common common;
  @Mixin private DeviceOption device;
  @Mixin private UprightOption upright;

  @Parameters(
      index = "0",
      paramLabel = "MODEL_OR_WEIGHTS",
      description =
          "A model that graft train saved, or weights with a head: a file, a name, hf:OWNER/NAME.")
  private String model;

  @Option(names = "--images", required = true, paramLabel = "DIR", description = "The images.")
  private Path images;

  @Option(
      names = "--predictions",
      paramLabel = "FILE",
      description =
          "Write the predicted class index of each image, one a line, in the order of the sorted"
              + " files; -1 for a file that cannot be read.")
  private Path predictions;

  @Override
  public Integer call() throws IOException {
    Output output = common.output();
    Classifier classifier = FoundWeights.of(model, DownloadBar.hub()).classifier();
    classifier.network().to(device.get());
    ImageFolder folder = folder(classifier);
    long start = System.nanoTime();
    FolderRun run;
    try (Progress progress = Progress.of("images", folder.size())) {
      Preprocessing preprocessing = upright.on(classifier.preprocessing());
      run = FolderRun.of(folder, preprocessing, classifier::logits, progress::to);
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    output.unreadable(run.unreadable());
    int[] predicted = run.outputs().argmax(1);
    Evaluation evaluation = Evaluation.of(folder.classes(), run.labels(), predicted);
    if (predictions != null) {
      write(run, predicted, folder.size());
    }
    output.line("%s on %s", classifier.architecture().name(), images);
    output.line("%s", evaluation);
    output.line("%.1f s, %.0f images/s", seconds, evaluation.images() / seconds);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("images", evaluation.images());
    result.put("accuracy", evaluation.accuracy());
    result.put("correct", evaluation.correct());
    result.put("classes", folder.classes());
    result.put("confusion", evaluation.confusion());
    result.put("unreadable", Output.describe(run.unreadable()));
    result.put("seconds", seconds);
    output.object(result);
    return 0;
  }

  /** The folder under the model's class numbers; by position where the model knows no names. */
  private ImageFolder folder(Classifier classifier) throws IOException {
    ImageFolder folder = ImageFolder.of(images);
    List<String> names = classifier.classes();
    if (names.containsAll(folder.classes())) {
      return folder.withClasses(names);
    }
    if (folder.classes().size() != names.size()) {
      throw new IOException(
          images
              + ": holds "
              + folder.classes().size()
              + " class folders, the model knows "
              + names.size()
              + " classes");
    }
    return folder;
  }

  private void write(FolderRun run, int[] predicted, int files) throws IOException {
    int[] all = new int[files];
    Arrays.fill(all, -1);
    for (int i = 0; i < predicted.length; i++) {
      all[run.positions()[i]] = predicted[i];
    }
    String text = Arrays.stream(all).mapToObj(String::valueOf).collect(Collectors.joining("\n"));
    Path target = predictions.toAbsolutePath();
    Path beside = Files.createTempFile(target.getParent(), ".predictions", ".tmp");
    Files.writeString(beside, text + "\n");
    Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
  }
}
