package dev.graft.weights.onnx;

import static dev.graft.tensor.Functional.maxPool2d;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.models.Architecture;
import dev.graft.nn.Conv2d;
import dev.graft.nn.Dropout;
import dev.graft.nn.Dropout2d;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.plan.UntraceableException;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ONNX Runtime gives the same logits as the network that was exported. */
class OnnxNetworksTest {
  @ParameterizedTest
  @CsvSource({
    "resnet18, 64",
    "resnet50, 64",
    "resnext50_32x4d, 64",
    "wide_resnet50_2, 32",
    "cifar_resnet20, 32"
  })
  void resNets(String name, int side) {
    sameLogits(trained(name), Shape.of(1, 3, side, side));
  }

  @Test
  void theArticlesNetwork() {
    sameLogits(new Article().eval(), Shape.of(1, 1, 28, 28));
  }

  /** For the batch of the trace and, left open, for another. */
  private static void sameLogits(Layer net, Shape shape) {
    byte[] fixed = OnnxExport.of(net::apply, shape).withNames(net.stateDict()).model().toBytes();
    assertClose(net, fixed, shape);
    byte[] open = OnnxExport.of(net::apply, shape).withDynamicBatch().model().toBytes();
    assertClose(net, open, shape.with(0, 3));
  }

  private static void assertClose(Layer net, byte[] model, Shape shape) {
    Tensor x = Tensor.randn(Rng.of(5), shape.toArray());
    Tensor expected = Autograd.noGrad(() -> net.apply(x));
    Tensor got = OnnxRunner.run(model, x);
    assertEquals(expected.shape(), got.shape());
    OnnxOperatorsTest.assertClose(expected, got, 1e-4f);
  }

  /** With running statistics that are not 0 and 1. */
  private static Layer trained(String name) {
    Layer net = Architecture.of(name, 10).build(Rng.of(1));
    Rng rng = Rng.of(2);
    net.stateDict()
        .tensors()
        .forEach((key, tensor) -> {
          if (key.contains("running_")) {
            float[] values = new float[tensor.numel()];
            for (int i = 0; i < values.length; i++) {
              values[i] = (key.endsWith("var") ? 0.5f : -0.5f) + rng.nextFloat();
            }
            tensor.assign(values);
          }
        });
    return net.eval();
  }

  @Test
  void weightsAndNodesKeepTheirNames() {
    Layer net = trained("cifar_resnet20");
    byte[] bytes =
        OnnxExport.of(net::apply, Shape.of(1, 3, 32, 32))
            .withNames(net.stateDict())
            .model()
            .toBytes();
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    for (String name : net.stateDict().names()) {
      assertTrue(text.contains(name) || name.endsWith("num_batches_tracked"), name);
    }
    assertTrue(text.contains("layer2.0.conv1/Conv"), "a node's name");
  }

  @Test
  void networksInTrainingModeAreRefused() {
    Layer net = trained("cifar_resnet20").train();
    OnnxExport export = OnnxExport.of(net::apply, Shape.of(2, 3, 32, 32));
    assertThrows(UntraceableException.class, export::model);
  }

  @Test
  void filesAreMovedIntoPlaceWhole(@TempDir Path folder) throws IOException {
    Layer net = new Article().eval();
    OnnxExport export = OnnxExport.of(net::apply, Shape.of(1, 1, 28, 28));
    Path file = folder.resolve("net.onnx");
    Files.writeString(file, "what was there before");
    export.write(file);
    assertClose(net, Files.readAllBytes(file), Shape.of(1, 1, 28, 28));

    Path taken = Files.createDirectories(folder.resolve("taken"));
    Files.writeString(taken.resolve("inside"), "kept");
    assertThrows(IOException.class, () -> export.write(taken));
    try (var left = Files.list(folder)) {
      assertEquals(2, left.count(), "the file, the folder, and nothing else");
    }
  }

  private static final class Article extends Layer {
    private final Conv2d conv1 = child("conv1", new Conv2d(1, 10, 5, Rng.of(1)));
    private final Conv2d conv2 = child("conv2", new Conv2d(10, 20, 5, Rng.of(2)));
    private final Dropout2d conv2Drop = child("conv2_drop", new Dropout2d(0.5f, Rng.of(3)));
    private final Linear fc1 = child("fc1", new Linear(320, 50, Rng.of(4)));
    private final Dropout fc1Drop = child("fc1_drop", new Dropout(0.5f, Rng.of(5)));
    private final Linear fc2 = child("fc2", new Linear(50, 10, Rng.of(6)));

    @Override
    protected Tensor forward(Tensor x) {
      Tensor y = maxPool2d(conv1.apply(x), 2).relu();
      y = maxPool2d(conv2Drop.apply(conv2.apply(y)), 2).relu();
      y = fc1.apply(y.reshape(-1, 320)).relu();
      return fc2.apply(fc1Drop.apply(y)).logSoftmax(1);
    }
  }
}
