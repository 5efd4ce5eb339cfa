package dev.graft.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A row per layer: what it prints, the shape it makes, the names it saves, and that a gradient
 * reaches its input and every parameter. Values are held against PyTorch's where the ops are.
 */
class EveryLayerTest {
  /**
   * @param apply on an input of shape {@code in}
   * @param names of parameters and buffers, in order
   */
  private record Row(
      Layer layer,
      Function<Tensor, Tensor> apply,
      int[] in,
      int[] out,
      String prints,
      List<String> names) {
    @Override
    public String toString() {
      return layer.getClass().getSimpleName();
    }
  }

  private static Row row(Layer layer, int[] in, int[] out, String prints, String... names) {
    return new Row(layer, layer::apply, in, out, prints, List.of(names));
  }

  private static int[] dims(int... dims) {
    return dims;
  }

  private static final int[] IMAGE = dims(2, 4, 5, 6);

  static List<Row> rows() {
    return Stream.of(weighted(), moving(), activations()).flatMap(List::stream).toList();
  }

  private static List<Row> weighted() {
    Rng rng = Rng.of(1);
    String[] both = {"weight", "bias"};
    String[] norm = {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"};
    Embedding embedding = new Embedding(7, 3, rng);
    return List.of(
        row(new Linear(6, 3, rng), dims(2, 6), dims(2, 3), "Linear(6, 3)", both),
        row(new Conv2d(4, 3, 3, rng), IMAGE, dims(2, 3, 3, 4), "Conv2d(4, 3, kernel 3x3)", both),
        row(
            new ConvTranspose2d(4, 3, 2, rng),
            IMAGE,
            dims(2, 3, 6, 7),
            "ConvTranspose2d(4, 3, kernel 2x2)",
            both),
        row(new BatchNorm1d(6), dims(3, 6), dims(3, 6), "BatchNorm1d(6)", norm),
        row(new BatchNorm2d(4), IMAGE, IMAGE, "BatchNorm2d(4)", norm),
        row(new GroupNorm(2, 4), IMAGE, IMAGE, "GroupNorm(2, 4)", both),
        row(new InstanceNorm2d(4), IMAGE, IMAGE, "InstanceNorm2d(4)"),
        row(new LayerNorm(5, 6), IMAGE, IMAGE, "LayerNorm([5, 6])", both),
        row(new PReLU(), IMAGE, IMAGE, "PReLU(1)", "weight"),
        new Row(
            embedding,
            x -> x.add(embedding.apply(new int[] {0, 6, 3}, 3)),
            dims(3, 3),
            dims(3, 3),
            "Embedding(7, 3)",
            List.of("weight")),
        row(
            new Sequential(new Linear(6, 6, rng), new ReLU()),
            dims(2, 6),
            dims(2, 6),
            "Sequential",
            "0.weight",
            "0.bias"));
  }

  private static List<Row> moving() {
    Rng rng = Rng.of(2);
    return List.of(
        row(new MaxPool2d(2), IMAGE, dims(2, 4, 2, 3), "MaxPool2d(kernel 2x2, stride 2x2)"),
        row(new AvgPool2d(2), IMAGE, dims(2, 4, 2, 3), "AvgPool2d(kernel 2x2, stride 2x2)"),
        row(new AdaptiveAvgPool2d(1), IMAGE, dims(2, 4, 1, 1), "AdaptiveAvgPool2d(1x1)"),
        row(new AdaptiveMaxPool2d(3, 2), IMAGE, dims(2, 4, 3, 2), "AdaptiveMaxPool2d(3x2)"),
        row(new Upsample(2), IMAGE, dims(2, 4, 10, 12), "Upsample(scale 2.0x2.0, nearest)"),
        row(new ZeroPad2d(1), IMAGE, dims(2, 4, 7, 8), "ZeroPad2d(1, 1, 1, 1)"),
        row(
            new ConstantPad2d(1, 0, 2, 0, 5),
            IMAGE,
            dims(2, 4, 7, 7),
            "ConstantPad2d(1, 0, 2, 0, value 5.0)"),
        row(new Flatten(), IMAGE, dims(2, 120), "Flatten"),
        row(new Identity(), IMAGE, IMAGE, "Identity"),
        row(new Dropout(0.5f, rng), IMAGE, IMAGE, "Dropout(p 0.5)"),
        row(new Dropout2d(0.5f, rng), IMAGE, IMAGE, "Dropout2d(p 0.5)"));
  }

  private static List<Row> activations() {
    return List.of(
        row(new ReLU(), IMAGE, IMAGE, "ReLU"),
        row(new ReLU6(), IMAGE, IMAGE, "ReLU6"),
        row(new LeakyReLU(), IMAGE, IMAGE, "LeakyReLU(slope 0.01)"),
        row(new ELU(), IMAGE, IMAGE, "ELU(alpha 1.0)"),
        row(new CELU(), IMAGE, IMAGE, "CELU(alpha 1.0)"),
        row(new SELU(), IMAGE, IMAGE, "SELU"),
        row(new GELU(), IMAGE, IMAGE, "GELU"),
        row(new SiLU(), IMAGE, IMAGE, "SiLU"),
        row(new Mish(), IMAGE, IMAGE, "Mish"),
        row(new Hardswish(), IMAGE, IMAGE, "Hardswish"),
        row(new Hardsigmoid(), IMAGE, IMAGE, "Hardsigmoid"),
        row(new Hardtanh(), IMAGE, IMAGE, "Hardtanh(least -1.0, most 1.0)"),
        row(new Softplus(), IMAGE, IMAGE, "Softplus(beta 1.0, threshold 20.0)"),
        row(new Softsign(), IMAGE, IMAGE, "Softsign"),
        row(new Sigmoid(), IMAGE, IMAGE, "Sigmoid"),
        row(new LogSigmoid(), IMAGE, IMAGE, "LogSigmoid"),
        row(new Tanh(), IMAGE, IMAGE, "Tanh"),
        row(new GLU(1), IMAGE, dims(2, 2, 5, 6), "GLU(dim 1)"),
        row(new Softmax(), IMAGE, IMAGE, "Softmax"),
        row(new LogSoftmax(), IMAGE, IMAGE, "LogSoftmax"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void behavesAsItsRowSays(Row row) {
    Layer layer = row.layer();
    assertEquals(
        row.prints(), layer.toString().replaceFirst("(?s)( [\\d,]+ parameters)?(\n.*)?$", ""));
    assertEquals(row.names(), List.copyOf(layer.stateDict().names()));
    for (boolean training : new boolean[] {true, false}) {
      if (!training) {
        layer.eval();
      }
      Tensor x = Tensor.randn(Rng.of(3), row.in()).requireGrad();
      Tensor y = row.apply().apply(x);
      assertEquals(Shape.of(row.out()), y.shape());
      // Squared, since a softmax's sum has no gradient.
      y.square().sum().backward();
      assertFinite("input", x);
      layer.parameters().forEach(p -> assertFinite(p.name(), p.tensor()));
      layer.parameters().forEach(p -> p.tensor().setGrad(null));
    }
  }

  private static void assertFinite(String name, Tensor leaf) {
    assertNotNull(leaf.grad(), name);
    assertEquals(leaf.shape(), leaf.grad().shape(), name);
    float most = leaf.grad().abs().amax().item();
    assertTrue(most > 0 && Float.isFinite(most), name + ": " + leaf.grad());
  }

  @Test
  void everyLayerHasARow() throws IOException, URISyntaxException {
    Path classes =
        Path.of(Layer.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .resolve("dev/graft/nn");
    Set<String> layers = new TreeSet<>();
    try (Stream<Path> files = Files.list(classes)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString().replace(".class", "");
        Class<?> type = name.contains("-") ? null : classOf(name);
        if (type != null && isLayer(type)) {
          layers.add(name);
        }
      }
    }
    Set<String> rows =
        rows().stream().map(Row::toString).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(layers, rows);
  }

  private static boolean isLayer(Class<?> type) {
    return Layer.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers());
  }

  private static Class<?> classOf(String name) {
    try {
      return Class.forName("dev.graft.nn." + name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
