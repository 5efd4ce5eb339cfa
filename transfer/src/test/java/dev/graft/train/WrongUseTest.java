package dev.graft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.data.DataLoader;
import dev.graft.data.Dataset;
import dev.graft.data.Normalize;
import dev.graft.data.RandomCrop;
import dev.graft.data.RandomHorizontalFlip;
import dev.graft.data.RandomResizedCrop;
import dev.graft.data.TensorDataset;
import dev.graft.nn.CrossEntropyLoss;
import dev.graft.nn.Flatten;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.nn.Loss;
import dev.graft.nn.Sequential;
import dev.graft.optim.SGD;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What wrong uses of datasets, loaders and the training loop are told, word for word. */
class WrongUseTest {
  private final Map<String, Executable> uses = new LinkedHashMap<>();

  @TempDir Path folder;

  private void wrong(String message, Executable use) {
    uses.put(message, use);
  }

  @TestFactory
  Stream<DynamicTest> everyWrongUse() {
    datasets();
    loaders();
    transforms();
    runs();
    networks();
    checkpoints();
    return uses.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getKey(), e.getValue())));
  }

  private static void check(String message, Executable use) {
    assertEquals(message, assertThrows(RuntimeException.class, use).getMessage());
  }

  private static Dataset points(int n, int... labels) {
    return new TensorDataset(Tensor.ones(n, 3), labels);
  }

  private static DataLoader loader() {
    return new DataLoader(points(4, 0, 1, 2, 1), 2);
  }

  private static Layer linear(int outputs) {
    return new Sequential(new Flatten(), new Linear(3, outputs, Rng.of(1)));
  }

  private static Trainer trainer(Layer net) {
    return new Trainer(net, new CrossEntropyLoss(), new SGD(net.parameters(), 0.1))
        .withOutput(null);
  }

  private void datasets() {
    wrong(
        "tensor_dataset: needs examples [n, …]: got a scalar",
        () -> new TensorDataset(Tensor.scalar(1).reshape(), new int[0]));
    wrong("tensor_dataset: 1 labels for 2 examples: x [2, 3]", () -> points(2, 0));
    wrong(
        "tensor_dataset: label -1 of example 1 is out of range: there are 1 classes (0 … 0)",
        () -> points(2, 0, -1));
    wrong(
        "subset: position 4 is out of range: the dataset has 2 examples (0 … 1)",
        () -> points(2, 0, 1).subset(1, 4));
    wrong(
        "dataset: cannot hold out 2 of 2 examples; both parts need one at least",
        () -> points(2, 0, 1).holdOut(2, 1));
  }

  private void loaders() {
    wrong(
        "data_loader: the dataset is empty: TensorDataset: 0 examples [3] in 0 classes",
        () -> new DataLoader(points(0), 1));
    wrong("data_loader: batch size must be at least 1: 0", () -> new DataLoader(points(1, 0), 0));
    wrong(
        "data_loader: 1 examples make no batch of 2, and dropLast leaves out smaller ones",
        () -> new DataLoader(points(1, 0), 2).withDropLast());
    wrong("data_loader: needs at least 1 thread: 0", () -> loader().withThreads(0));
    wrong("data_loader: prefetch must be at least 1: 0", () -> loader().withPrefetch(0));
    wrong("data_loader: batch 3 is out of range: an epoch has 2", () -> loader().epoch(0, 3));
  }

  private void transforms() {
    wrong(
        "random_crop: needs size >= 1 and padding >= 0: size 0, padding 1",
        () -> new RandomCrop(0, 1));
    wrong(
        "random_crop: cannot cut 8x8 out of examples [3] with padding 0",
        () -> points(1, 0).transformed(new RandomCrop(8)));
    wrong(
        "random_horizontal_flip: p must be between 0 and 1: 1.5",
        () -> new RandomHorizontalFlip(1.5f));
    wrong(
        "normalize: needs a mean and a positive deviation per channel: [0.0], [0.0]",
        () -> new Normalize(0, 0));
    wrong(
        "normalize: 2 means do not fit examples [3]",
        () -> points(1, 0).transformed(new Normalize(List.of(0f, 0f), List.of(1f, 1f))));
    wrong(
        "random_resized_crop: needs size >= 1, 0 < scale <= 1 and ratio > 0:"
            + " size 8, scale 0.0 … 1.0, ratio 1.0 … 1.0",
        () -> new RandomResizedCrop(8, 0, 1, 1, 1));
  }

  private void runs() {
    wrong("trainer: epochs must be at least 1: 0", () -> trainer(linear(3)).fit(loader(), 0));
    wrong(
        "trainer: early stopping needs held-out examples; pass a validation loader to fit",
        () -> trainer(linear(3)).withEarlyStopping(EarlyStopping.onLoss(1)).fit(loader(), 1));
    wrong(
        "early_stopping: needs patience >= 1 and minDelta >= 0: 0, 0.0",
        () -> EarlyStopping.onLoss(0));
    wrong(
        "trainer: checkpoints must be at least 1 step apart: -1",
        () -> trainer(linear(3)).withCheckpoints(folder, -1));
    wrong(
        "trainer: logged steps must be at least 1 apart: 0",
        () -> trainer(linear(3)).withLogEvery(0));
  }

  private void networks() {
    wrong(
        "trainer: label 2 of example 2 is out of range: the network has 2 outputs (0 … 1)",
        () -> trainer(linear(2)).fit(new DataLoader(points(4, 0, 1, 2, 1), 4), 1));
    wrong(
        "trainer: label 2 of example 1 is out of range: the network has 1 outputs (0 … 0)",
        () -> trainer(linear(1)).evaluate(new DataLoader(points(2, 0, 2), 4)));
    wrong(
        "trainer: needs outputs [n, classes] for a batch of 2: the network gives [6]",
        () -> {
          Layer flat =
              new Layer() {
                private final Tensor w = param("w", Tensor.ones(3));

                @Override
                protected Tensor forward(Tensor x) {
                  return x.mul(w).reshape(x.numel());
                }
              };
          trainer(flat).fit(loader(), 1);
        });
    wrong(
        "trainer: nothing to train: all of the optimizer's parameters are frozen; unfreeze a layer",
        () -> {
          Layer net = linear(3);
          Trainer trainer = trainer(net);
          net.freeze();
          trainer.fit(loader(), 1);
        });
    wrong(
        "trainer: nothing to train: the optimizer has none of the network's parameters; make it"
            + " from model.parameters()",
        () ->
            new Trainer(linear(3), new CrossEntropyLoss(), new SGD(linear(3).parameters(), 0.1))
                .fit(loader(), 1));
    wrong(
        "trainer: the loss is NaN at step 0 (epoch 1); a lower learning rate, clipped gradients or"
            + " normalised inputs may help",
        () -> {
          Layer model = linear(3);
          Loss loss = (output, target) -> output.sum().mul(Float.NaN);
          new Trainer(model, loss, new SGD(model.parameters(), 0.1)).fit(loader(), 1);
        });
    wrong(
        "trainer: step 0 (epoch 1): cross_entropy: the loss is NaN: input[0, 0] is NaN; an earlier"
            + " step may have diverged (lower the learning rate), or the data is bad",
        () ->
            trainer(linear(3))
                .fit(
                    new DataLoader(
                        new TensorDataset(Tensor.full(Float.NaN, 2, 3), new int[] {0, 2}), 2),
                    1));
  }

  private void checkpoints() {
    wrong(
        "trainer: resume needs a folder of checkpoints; call withCheckpoints(folder)",
        () -> trainer(linear(3)).resume(loader(), null, 1));
    Path last = folder.resolve("last.safetensors");
    wrong(
        "trainer: "
            + last
            + " is there from an earlier run; resume(…) goes on from it, or choose another folder",
        () -> {
          Files.deleteIfExists(last);
          trainer(linear(3)).withCheckpoints(folder).fit(loader(), 1);
          trainer(linear(3)).withCheckpoints(folder).fit(loader(), 1);
        });
  }
}
