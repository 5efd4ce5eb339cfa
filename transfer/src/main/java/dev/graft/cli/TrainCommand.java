package dev.graft.cli;

import dev.graft.data.ImageFolder;
import dev.graft.models.Architecture;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.plan.PlannedForward;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import dev.graft.train.Progress;
import dev.graft.transfer.Classifier;
import dev.graft.transfer.DownloadBar;
import dev.graft.transfer.Evaluation;
import dev.graft.transfer.FolderRun;
import dev.graft.transfer.FoundWeights;
import dev.graft.transfer.RidgeHead;
import dev.graft.transfer.SgdHead;
import dev.graft.transfer.TransferModel;
import dev.graft.transfer.Trunks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code graft train}: a new head on a frozen trunk. */
@Command(
    name = "train",
    description = {
      "Trains a new head for your images on the frozen trunk of a pretrained ResNet.",
      "The folder holds one folder per class; or train/ and val/ (or test/), which hold them."
    })
final class TrainCommand implements Callable<Integer> {
  /** How the head is found. */
  enum Head {
    ridge,
    sgd
  }

  @Mixin private Common common;
  @Mixin private DeviceOption device;
  @Mixin private UprightOption upright;

  @Option(names = "--images", required = true, paramLabel = "DIR", description = "The images.")
  private Path images;

  @Option(
      names = {"--trunk", "--weights"},
      required = true,
      paramLabel = "TRUNK",
      description =
          "A ResNet's weights: a file, a name such as resnet50, which is fetched and kept, or"
              + " hf:OWNER/NAME for a repository of Hugging Face.")
  private String weights;

  @Option(names = "--out", paramLabel = "MODEL", description = "Where to save the model.")
  private Path out;

  @Option(
      names = "--head",
      description =
          "ridge: in closed form; sgd: by gradient descent on cross-entropy (default ${DEFAULT-VALUE}).")
  private Head head = Head.ridge;

  @Option(names = "--epochs", description = "Epochs of --head sgd (default ${DEFAULT-VALUE}).")
  private int epochs = 100;

  @Option(
      names = "--holdout",
      paramLabel = "PART",
      description =
          "The part of each class that is kept for testing where there is no val/ or test/"
              + " (default ${DEFAULT-VALUE}).")
  private double holdout = 0.2;

  @Option(
      names = "--seed",
      description = "Decides the split and the order (default ${DEFAULT-VALUE}).")
  private long seed = 1;

  /** What the trunk was made of, in words. */
  private String source;

  /** What is trained on and what is judged on. */
  private record Split(FolderRun train, FolderRun test, List<String> classes) {}

  @Override
  public Integer call() throws IOException {
    if (!(holdout >= 0 && holdout < 1)) {
      throw new IllegalArgumentException("--holdout must be at least 0 and below 1: " + holdout);
    }
    Output output = common.output();
    FoundWeights found = FoundWeights.of(weights, DownloadBar.hub());
    source = found.label();
    Trunks.Trunk given = found.trunk();
    Trunks.Trunk trunk =
        new Trunks.Trunk(given.backbone(), given.architecture(), upright.on(given.preprocessing()));
    trunk.backbone().network().to(device.get());
    output.line("trunk      %s from %s", trunk.architecture().name(), source);
    Split split = split(trunk, output);
    output.line(
        "images     %,d to train on, %,d to test on, %d classes",
        split.train.labels().length,
        split.test == null ? 0 : split.test.labels().length,
        split.classes.size());
    int classes = split.classes.size();
    TransferModel model = new TransferModel(trunk.backbone(), fit(split.train, classes));
    output.line(
        "head       %s, %,d of %,d parameters trained",
        head, model.numTrainable(), model.numParameters());
    Evaluation training = judge(model, split.train, split.classes);
    output.line("training   %.2f %% right", 100 * training.accuracy());
    Evaluation test = split.test == null ? null : judge(model, split.test, split.classes);
    if (test != null) {
      output.line("%nheld out   %s%n", test);
    }
    if (out != null) {
      Architecture built = trunk.architecture().withClasses(classes);
      Classifier.save(out, model, built, split.classes, trunk.preprocessing(), notes(test));
      output.line("saved      %s (%,d bytes)", out, Files.size(out));
    }
    output.object(result(split, training, test, model));
    return 0;
  }

  private Split split(Trunks.Trunk trunk, Output output) throws IOException {
    Path train = images.resolve("train");
    Path test = images.resolve("val");
    test = Files.isDirectory(test) ? test : images.resolve("test");
    if (Files.isDirectory(train) && Files.isDirectory(test)) {
      ImageFolder folder = ImageFolder.of(train);
      ImageFolder held = ImageFolder.of(test).withClasses(folder.classes());
      return new Split(
          run(trunk, folder, "train", output), run(trunk, held, "test", output), folder.classes());
    }
    ImageFolder folder = ImageFolder.of(images);
    FolderRun all = run(trunk, folder, "images", output);
    List<Integer> trainRows = new ArrayList<>();
    List<Integer> testRows = new ArrayList<>();
    for (int c = 0; c < folder.classes().size(); c++) {
      List<Integer> members = new ArrayList<>();
      for (int i = 0; i < all.labels().length; i++) {
        if (all.labels()[i] == c) {
          members.add(i);
        }
      }
      int[] order = Rng.of(seed).split("holdout " + c).permutation(members.size());
      int held = (int) Math.floor(holdout * members.size());
      for (int i = 0; i < order.length; i++) {
        (i < held ? testRows : trainRows).add(members.get(order[i]));
      }
    }
    FolderRun test1 = testRows.isEmpty() ? null : all.rows(sorted(testRows));
    return new Split(all.rows(sorted(trainRows)), test1, folder.classes());
  }

  private static int[] sorted(List<Integer> rows) {
    return rows.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  private static FolderRun run(Trunks.Trunk trunk, ImageFolder folder, String what, Output output) {
    Layer network = trunk.backbone().network();
    network.freeze();
    try (Progress progress = Progress.of(what, folder.size())) {
      PlannedForward planned = new PlannedForward(trunk.backbone()::features);
      UnaryOperator<Tensor> features = images -> planned.apply(images.to(network.backend()));
      FolderRun run = FolderRun.of(folder, trunk.preprocessing(), features, progress::to);
      output.unreadable(run.unreadable());
      return run;
    }
  }

  private Linear fit(FolderRun train, int classes) {
    if (head == Head.ridge) {
      return RidgeHead.fit(train.outputs(), train.labels(), classes);
    }
    try (Progress progress = Progress.of("head", epochs)) {
      Rng rng = Rng.of(seed).split("head");
      return SgdHead.fit(
          train.outputs(),
          train.labels(),
          classes,
          epochs,
          rng,
          (epoch, loss) -> progress.to(epoch + 1));
    }
  }

  private static Evaluation judge(TransferModel model, FolderRun run, List<String> classes) {
    Tensor logits = Autograd.noGrad(() -> model.head().apply(run.outputs()));
    return Evaluation.of(classes, run.labels(), logits.argmax(1));
  }

  private Map<String, String> notes(Evaluation test) {
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("graft.head", head.name());
    notes.put("graft.seed", Long.toString(seed));
    notes.put("graft.trunk", source);
    if (test != null) {
      notes.put("graft.accuracy", String.format(Locale.ROOT, "%.4f", test.accuracy()));
    }
    return notes;
  }

  private Map<String, Object> result(
      Split split, Evaluation training, Evaluation test, TransferModel model) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("classes", split.classes);
    result.put("trainImages", training.images());
    result.put("testImages", test == null ? 0 : test.images());
    result.put("trainAccuracy", training.accuracy());
    if (test != null) {
      result.put("accuracy", test.accuracy());
      result.put("confusion", test.confusion());
    }
    result.put("trainedParameters", model.numTrainable());
    List<Map<String, String>> skipped = new ArrayList<>();
    skipped.addAll(Output.describe(split.train.unreadable()));
    if (split.test != null && split.test.unreadable() != split.train.unreadable()) {
      skipped.addAll(Output.describe(split.test.unreadable()));
    }
    result.put("unreadable", skipped);
    if (out != null) {
      result.put("model", out.toString());
    }
    return result;
  }
}
