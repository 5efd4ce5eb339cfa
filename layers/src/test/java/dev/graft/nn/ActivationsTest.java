package dev.graft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.tensor.Functional.Reduction;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Activation and loss layers with their defaults, against PyTorch 1.13 in float64. */
class ActivationsTest {
  private static final float[] X = {-4, -1.5f, -0.25f, 0, 0.75f, 2, 3.5f, 25};

  /** PyTorch's values at {@link #X}, and how the layer prints. */
  private record Row(Layer layer, String print, double... values) {}

  private final List<Row> rows = new ArrayList<>();

  private void add(Layer layer, String print, double... values) {
    rows.add(new Row(layer, print, values));
  }

  @TestFactory
  Stream<DynamicTest> everyActivation() {
    bounded();
    unbounded();
    return rows.stream().map(r -> DynamicTest.dynamicTest(r.print, () -> check(r)));
  }

  private static void check(Row row) {
    Tensor y = row.layer.apply(Tensor.of(X, 8));
    double[] actual = new double[y.numel()];
    for (int i = 0; i < actual.length; i++) {
      actual[i] = y.toArray()[i];
    }
    assertArrayEquals(row.values, actual, 2e-6);
    assertEquals(row.print, row.layer.toString());
  }

  private void bounded() {
    add(
        new Sigmoid(),
        "Sigmoid",
        0.01798621,
        0.182425524,
        0.437823499,
        0.5,
        0.679178699,
        0.880797078,
        0.970687769,
        1);
    add(
        new Tanh(),
        "Tanh",
        -0.9993293,
        -0.905148254,
        -0.244918662,
        0,
        0.635148952,
        0.96402758,
        0.998177898,
        1);
    add(
        new Softsign(),
        "Softsign",
        -0.8,
        -0.6,
        -0.2,
        0,
        0.428571429,
        0.666666667,
        0.777777778,
        0.961538462);
    add(new Hardsigmoid(), "Hardsigmoid", 0, 0.25, 0.458333333, 0.5, 0.625, 0.833333333, 1, 1);
    add(new Hardtanh(), "Hardtanh(least -1.0, most 1.0)", -1, -1, -0.25, 0, 0.75, 1, 1, 1);
    add(
        new Hardtanh(-2, 0.5f),
        "Hardtanh(least -2.0, most 0.5)",
        -2,
        -1.5,
        -0.25,
        0,
        0.5,
        0.5,
        0.5,
        0.5);
    add(new ReLU6(), "ReLU6", 0, 0, 0, 0, 0.75, 2, 3.5, 6);
    add(new GLU(), "GLU(dim -1)", -2.7167148, -1.32119562, -0.242671942, 0);
  }

  private void unbounded() {
    add(new ReLU(), "ReLU", 0, 0, 0, 0, 0.75, 2, 3.5, 25);
    add(
        new GELU(),
        "GELU",
        -0.000126684967,
        -0.100210802,
        -0.100323419,
        0,
        0.580029486,
        1.95449974,
        3.4991858,
        25);
    add(
        new GELU(GELU.Approximate.TANH),
        "GELU(tanh)",
        -7.02459482e-05,
        -0.100428423,
        -0.100324649,
        0,
        0.579960555,
        1.95459769,
        3.4993838,
        25);
    add(
        new SiLU(),
        "SiLU",
        -0.0719448398,
        -0.273638286,
        -0.109455875,
        0,
        0.509384024,
        1.76159416,
        3.39740719,
        25);
    add(new Hardswish(), "Hardswish", -0, -0.375, -0.114583333, 0, 0.46875, 1.66666667, 3.5, 25);
    add(new ELU(), "ELU(alpha 1.0)", -0.981684361, -0.77686984, -0.221199217, 0, 0.75, 2, 3.5, 25);
    add(
        new ELU(0.5f),
        "ELU(alpha 0.5)",
        -0.490842181,
        -0.38843492,
        -0.110599608,
        0,
        0.75,
        2,
        3.5,
        25);
    add(
        new SELU(),
        "SELU",
        -1.72589863,
        -1.36581435,
        -0.388890197,
        0,
        0.788025741,
        2.10140197,
        3.67745346,
        26.2675247);
    add(
        new CELU(2),
        "CELU(alpha 2.0)",
        -1.72932943,
        -1.05526689,
        -0.235006195,
        0,
        0.75,
        2,
        3.5,
        25);
    add(new LeakyReLU(), "LeakyReLU(slope 0.01)", -0.04, -0.015, -0.0025, 0, 0.75, 2, 3.5, 25);
    add(new PReLU(), "PReLU(1) 1 parameters", -1, -0.375, -0.0625, 0, 0.75, 2, 3.5, 25);
    add(
        new Softplus(),
        "Softplus(beta 1.0, threshold 20.0)",
        0.0181499279,
        0.201413278,
        0.57593942,
        0.693147181,
        1.13687101,
        2.12692801,
        3.52975042,
        25);
    add(
        new Softplus(2, 3),
        "Softplus(beta 2.0, threshold 3.0)",
        0.000167703186,
        0.0242936758,
        0.237038492,
        0.34657359,
        0.850706639,
        2,
        3.5,
        25);
    add(
        new Mish(),
        "Mish",
        -0.0725917408,
        -0.298099742,
        -0.129926964,
        0,
        0.610018335,
        1.94395896,
        3.49399072,
        25);
    add(
        new LogSigmoid(),
        "LogSigmoid",
        -4.01814993,
        -1.70141328,
        -0.82593942,
        -0.693147181,
        -0.386871006,
        -0.126928011,
        -0.0297504183,
        -1.38879439e-11);
  }

  @Test
  void preluLearnsOneSlopePerChannel() {
    PReLU layer = new PReLU(2, 0.5f);
    assertEquals(List.of("weight"), List.copyOf(layer.stateDict().names()));
    Tensor x = Tensor.of(new float[] {-1, 2, -3, -4}, 1, 2, 2);
    assertArrayEquals(new float[] {-0.5f, 2, -1.5f, -2}, layer.apply(x).toArray());
    layer.apply(x).sum().backward();
    assertArrayEquals(new float[] {-1, -7}, layer.weight().grad().toArray());
  }

  @Test
  void lossesHavePytorchsDefaults() {
    Tensor x = Tensor.of(new float[] {0.5f, -1, 2, 3}, 2, 2);
    Tensor t = Tensor.of(new float[] {1, 0, 0.25f, 0.75f}, 2, 2);
    int[] labels = {1, 0};
    assertEquals(1.375, new L1Loss().apply(x, t).item(), 1e-6);
    assertEquals(0.90625, new SmoothL1Loss().apply(x, t).item(), 1e-6);
    assertEquals(0.90625, new HuberLoss().apply(x, t).item(), 1e-6);
    assertEquals(2.34375, new MSELoss().apply(x, t).item(), 1e-6);
    assertEquals(0.803213509, new BCEWithLogitsLoss().apply(x, t).item(), 1e-6);
    assertEquals(-0.953083786, new KLDivLoss().apply(x, t).item(), 1e-6);
    assertEquals(-1.90616757, new KLDivLoss(Reduction.BATCHMEAN).apply(x, t).item(), 1e-6);
    assertEquals(1.50733748, new CrossEntropyLoss().apply(x, labels).item(), 1e-6);
    assertEquals(0.482337483, new CrossEntropyLoss(0.2f).apply(x, t).item(), 1e-6);
    assertEquals(0.91957031, new FocalLoss().apply(x, labels).item(), 1e-6);
  }
}
