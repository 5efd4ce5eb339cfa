package dev.graft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.tensor.Functional.Reduction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Losses with every option, against the values and gradients of PyTorch 1.13 in float64. */
class LossesTest {
  private static final float[] X = {
    0.5f, -1.25f, 2, 0.125f, -0.75f, 1.5f, 0.25f, -2, 3, 0.5f, -0.5f, 1
  };
  private static final int[] LABELS = {2, 0, 3};
  private static final int[] IGNORED = {2, -100, 3};
  private static final int[] PIXELS = {1, 0, 1, 0, 0, 1};

  /** Values and gradient as PyTorch prints them, in row-major order. */
  private record Row(UnaryOperator<Tensor> loss, String values, String gradient) {}

  private final List<Row> rows = new ArrayList<>();

  private void add(UnaryOperator<Tensor> loss, String values, String gradient) {
    rows.add(new Row(loss, values, gradient));
  }

  private static Tensor soft() {
    return Tensor.of(
        new float[] {0.1f, 0.2f, 0.3f, 0.4f, 0.7f, 0.1f, 0.1f, 0.1f, 0.25f, 0.25f, 0.25f, 0.25f},
        3,
        4);
  }

  private static Tensor weights() {
    return Tensor.of(new float[] {0.5f, 2, 1, 1.5f}, 4);
  }

  private static Tensor weights2() {
    return Tensor.of(new float[] {0.5f, 2}, 2);
  }

  private static Tensor rowWeights() {
    return Tensor.of(new float[] {1, 2, 0.5f}, 3, 1);
  }

  /** Two rows of three pixels with two classes. */
  private static Tensor image(Tensor x) {
    return x.reshape(2, 2, 3);
  }

  @TestFactory
  Stream<DynamicTest> everyOption() {
    indices();
    elements();
    return IntStream.range(0, rows.size())
        .mapToObj(i -> DynamicTest.dynamicTest("row " + i, () -> check(rows.get(i))));
  }

  private static void check(Row row) {
    Tensor x = Tensor.of(X, 3, 4).requireGrad();
    Tensor loss = row.loss.apply(x);
    agree("value", row.values, loss, 1e-5);
    loss.sum().backward();
    agree("gradient", row.gradient, x.grad(), 1e-5);
  }

  private static void agree(String what, String expected, Tensor actual, double tolerance) {
    double[] e = Arrays.stream(expected.split(", ")).mapToDouble(Double::parseDouble).toArray();
    float[] a = actual.toArray();
    assertEquals(e.length, a.length, what);
    for (int i = 0; i < e.length; i++) {
      assertEquals(e[i], a[i], tolerance * Math.max(1, Math.abs(e[i])), what + ", element " + i);
    }
  }

  private void indices() {
    add(
        x -> Functional.crossEntropy(x, LABELS),
        "1.723561",
        "0.05255342, 0.009132415, -0.09780524, 0.0361194, -0.3086283, 0.2343949, "
            + "0.06715527, 0.007078113, 0.2671759, 0.02193113, 0.008068012, -0.297175");
    add(
        x -> Functional.crossEntropy(x, IGNORED, weights(), 0.1f, Reduction.MEAN),
        "1.568552",
        "0.05964071, -0.008767129, -0.08030044, 0.02942687, 0, 0, "
            + "0, 0, 0.4679013, 0.0188181, 0.004280381, -0.4909998");
    add(
        x -> Functional.crossEntropy(x, soft()),
        "2.173561",
        "0.01922009, -0.05753425, 0.1355281, -0.09721393, -0.2086283, 0.2010616, "
            + "0.03382193, -0.02625522, 0.1838425, -0.0614022, -0.07526532, -0.04717501");
    add(
        x -> Functional.crossEntropy(x, soft(), weights(), 0.2f, Reduction.MEAN),
        "2.653749",
        "0.04822938, -0.1278539, 0.2165857, -0.1369612, -0.07967918, 0.1219448, "
            + "0.01643485, -0.05870048, 0.2923032, -0.1392528, -0.07324832, -0.0798021");
    add(
        x -> Functional.crossEntropy(x, soft(), weights(), 0, Reduction.SUM),
        "7.839626",
        "0.1628414, -0.3630137, 0.6538888, -0.4537164, -0.2907079, 0.3625478, "
            + "0.06117264, -0.1330125, 0.8769095, -0.4177583, -0.219745, -0.2394063");
    add(
        x -> Functional.crossEntropy(x, soft(), null, 0.2f, Reduction.NONE),
        "1.918563, 2.342136, 2.221236",
        "0.02766026, -0.1826028, 0.4165843, -0.2616418, -0.5358849, 0.5731847, "
            + "0.0714658, -0.1087657, 0.5515276, -0.1842066, -0.225796, -0.141525");
    add(
        x -> Functional.crossEntropy(image(x), PIXELS, weights2(), 0.1f, Reduction.MEAN),
        "1.255303",
        "0.1487844, -0.03438855, 0.1564312, -0.1487844, 0.03438855, -0.1564312, "
            + "-0.02976687, -0.04934738, 0.2227379, 0.02976687, 0.04934738, -0.2227379");
    add(
        x -> Functional.crossEntropy(image(x), PIXELS, null, 0, Reduction.NONE),
        "0.8981233, 0.974077, 0.974077, 0.8259394, 1.701413, 2.126928",
        "0.5926666, -0.6224593, 0.6224593, -0.5926666, 0.6224593, -0.6224593, "
            + "-0.5621765, -0.8175745, 0.8807971, 0.5621765, 0.8175745, -0.8807971");
    add(
        x -> Functional.crossEntropy(image(x), image(soft()), weights2(), 0, Reduction.MEAN),
        "0.5610119",
        "0.07562777, 0.0777185, 0.01131013, -0.07562777, -0.0777185, -0.01131013, "
            + "0.03180049, 0.008389006, 0.07091636, -0.03180049, -0.008389006, -0.07091636");
    add(
        x -> Functional.nllLoss(x, LABELS, weights(), Reduction.MEAN),
        "-1.041667",
        "0, 0, -0.3333333, 0, -0.1666667, 0, 0, 0, 0, 0, 0, -0.5");
    add(
        x -> Functional.nllLoss(image(x), PIXELS, null, Reduction.SUM),
        "0.375",
        "0, -1, 0, -1, 0, -1, -1, -1, 0, 0, 0, -1");
    add(
        x -> Functional.focalLoss(x, LABELS),
        "1.34203",
        "0.01209278, 0.002101411, -0.02250544, 0.008311241, -0.3747953, 0.284647, "
            + "0.08155273, 0.008595595, 0.3271408, 0.02685336, 0.009878798, -0.363873");
    add(
        x -> Functional.focalLoss(x, IGNORED, 0.5f, weights(), Reduction.MEAN),
        "1.667044",
        "0.06055747, 0.01052331, -0.1127013, 0.0416205, 0, 0, "
            + "0, 0, 0.6443075, 0.05288798, 0.0194564, -0.7166519");
    add(
        x -> Functional.focalLoss(x, LABELS, 0, null, Reduction.MEAN),
        "1.723561",
        "0.05255342, 0.009132415, -0.09780524, 0.0361194, -0.3086283, 0.2343949, "
            + "0.06715527, 0.007078113, 0.2671759, 0.02193113, 0.008068012, -0.297175");
  }

  private void elements() {
    add(
        x -> Functional.binaryCrossEntropyWithLogits(x, soft()),
        "1.005141",
        "0.04353828, 0.001891678, 0.04839976, 0.01093411, -0.03159822, 0.05979787, "
            + "0.03851471, 0.001600244, 0.05854784, 0.03103828, 0.01062839, 0.04008821");
    add(
        x ->
            Functional.binaryCrossEntropyWithLogits(
                x, soft(), rowWeights(), weights(), Reduction.MEAN),
        "1.098667",
        "0.04511136, -0.01106332, 0.04839976, 0.003120937, -0.02357769, 0.1165553, "
            + "0.07702942, -0.004139489, 0.02952093, 0.01158642, 0.005314195, 0.01864337");
    add(
        x -> Functional.binaryCrossEntropyWithLogits(x, soft(), null, weights(), Reduction.NONE),
        "0.9003731, 0.8023149, 1.526928, 0.8341188, 0.5139662, 1.571555, "
            + "0.8009394, 0.4332744, 2.292514, 0.9675962, 0.599077, 1.102419",
        "0.5413364, -0.1327598, 0.5807971, 0.03745125, -0.1414662, 0.6993319, "
            + "0.4621765, -0.02483693, 0.7085024, 0.2780742, 0.1275407, 0.4474409");
    add(
        x -> Functional.mseLoss(x, soft()),
        "1.87276",
        "0.06666667, -0.2416667, 0.2833333, -0.04583333, -0.2416667, 0.2333333, "
            + "0.025, -0.35, 0.4583333, 0.04166667, -0.125, 0.125");
    add(
        x -> Functional.l1Loss(x, soft()),
        "1.11875",
        "0.08333333, -0.08333333, 0.08333333, -0.08333333, -0.08333333, 0.08333333, "
            + "0.08333333, -0.08333333, 0.08333333, 0.08333333, -0.08333333, 0.08333333");
    add(
        x -> Functional.l1Loss(x, soft(), Reduction.SUM),
        "13.425",
        "1, -1, 1, -1, -1, 1, 1, -1, 1, 1, -1, 1");
    add(
        x -> Functional.smoothL1Loss(x, soft()),
        "0.714401",
        "0.03333333, -0.08333333, 0.08333333, -0.02291667, -0.08333333, 0.08333333, "
            + "0.0125, -0.08333333, 0.08333333, 0.02083333, -0.0625, 0.0625");
    add(
        x -> Functional.smoothL1Loss(x, soft(), 0.25f, Reduction.NONE),
        "0.275, 1.325, 1.575, 0.15, 1.325, 1.275, 0.045, 1.975, 2.625, 0.125, 0.625, 0.625",
        "1, -1, 1, -1, -1, 1, 0.6, -1, 1, 1, -1, 1");
    add(
        x -> Functional.smoothL1Loss(x, soft(), 0, Reduction.SUM),
        "13.425",
        "1, -1, 1, -1, -1, 1, 1, -1, 1, 1, -1, 1");
    add(
        x -> Functional.huberLoss(x, soft()),
        "0.714401",
        "0.03333333, -0.08333333, 0.08333333, -0.02291667, -0.08333333, 0.08333333, "
            + "0.0125, -0.08333333, 0.08333333, 0.02083333, -0.0625, 0.0625");
    add(
        x -> Functional.huberLoss(x, soft(), 0.5f, Reduction.SUM),
        "5.335312",
        "0.4, -0.5, 0.5, -0.275, -0.5, 0.5, 0.15, -0.5, 0.5, 0.25, -0.5, 0.5");
    add(
        x -> Functional.klDiv(x, soft()),
        "-0.3755497",
        "-0.008333333, -0.01666667, -0.025, -0.03333333, -0.05833333, -0.008333333, "
            + "-0.008333333, -0.008333333, -0.02083333, -0.02083333, -0.02083333, -0.02083333");
    add(
        x -> Functional.klDiv(x, soft(), Reduction.BATCHMEAN, false),
        "-1.502199",
        "-0.03333333, -0.06666667, -0.1, -0.1333333, -0.2333333, -0.03333333, "
            + "-0.03333333, -0.03333333, -0.08333333, -0.08333333, -0.08333333, -0.08333333");
    add(
        x -> Functional.klDiv(x, soft().log(), Reduction.SUM, true),
        "-4.506597",
        "-0.1, -0.2, -0.3, -0.4, -0.7, -0.1, -0.1, -0.1, -0.25, -0.25, -0.25, -0.25");
    add(
        x -> Functional.klDiv(x, soft(), Reduction.NONE, false),
        "-0.2802585, -0.07188758, -0.9611918, -0.4165163, 0.2753275, -0.3802585, "
            + "-0.2552585, -0.03025851, -1.096574, -0.4715736, -0.2215736, -0.5965736",
        "-0.1, -0.2, -0.3, -0.4, -0.7, -0.1, -0.1, -0.1, -0.25, -0.25, -0.25, -0.25");
  }
}
