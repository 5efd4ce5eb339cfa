import dev.graft.data.DataLoader;
import dev.graft.data.Dataset;
import dev.graft.data.IdxDataset;
import dev.graft.data.Normalize;
import dev.graft.nn.NLLLoss;
import dev.graft.optim.SGD;
import dev.graft.tensor.Rng;
import dev.graft.train.EpochResult;
import dev.graft.train.History;
import dev.graft.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains {@link Net} on all of Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017). */
@Command(
    name = "fashion-mnist",
    mixinStandardHelpOptions = true,
    description = {
      "Trains a small convolutional network on Fashion-MNIST.",
      "Prints a line an epoch and, last, one line of JSON."
    },
    showDefaultValues = true)
final class FashionMnist implements Callable<Integer> {
  @Option(names = "--data", paramLabel = "DIR", description = "The four IDX files, or their .gz.")
  private Path data = Path.of("/usr/share/datasets/fashion-mnist");

  @Option(names = "--epochs")
  private int epochs = 5;

  @Option(names = "--batch", description = "Images a step.")
  private int batch = 64;

  @Option(names = "--lr", description = "Learning rate.")
  private double lr = 0.01;

  @Option(names = "--momentum")
  private float momentum = 0.5f;

  @Option(names = "--seeds", arity = "1..*", description = "One run each.")
  private List<Long> seeds = List.of(1L);

  @Option(names = "--soak", description = "Also print live heap and time a step, every 500 steps.")
  private boolean soak;

  public static void main(String[] args) {
    System.exit(new CommandLine(new FashionMnist()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Normalize normalize = new Normalize(0.2860f, 0.3530f);
    Dataset train = IdxDataset.train(data).transformed(normalize);
    Dataset test = IdxDataset.test(data).transformed(normalize);
    List<String> accuracies = new ArrayList<>();
    List<Double> seconds = new ArrayList<>();
    for (long seed : seeds) {
      Net net = new Net(Rng.of(seed));
      Trainer trainer = new Trainer(net, new NLLLoss(), new SGD(net.parameters(), lr, momentum));
      trainer = soak ? trainer.withHook(new Soak()) : trainer;
      History history =
          trainer.fit(
              new DataLoader(train, batch).withShuffle(seed), new DataLoader(test, 1000), epochs);
      accuracies.add(String.format(Locale.ROOT, "%.4f", history.last().validation().accuracy()));
      history.epochs().stream().map(EpochResult::seconds).forEach(seconds::add);
    }
    double median = seconds.stream().sorted().skip(seconds.size() / 2).findFirst().orElseThrow();
    System.out.printf(
        Locale.ROOT, "{\"accuracy\": %s, \"secondsPerEpoch\": %.3f}%n", accuracies, median);
    return 0;
  }
}
