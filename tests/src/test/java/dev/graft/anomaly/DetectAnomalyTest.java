package dev.graft.anomaly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.models.ResNet;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.nn.Sequential;
import dev.graft.nn.Summary;
import dev.graft.tensor.AnomalyException;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Anomaly mode, word for word; the package is one that users might have. */
class DetectAnomalyTest {
  private static Tensor t(float... values) {
    return Tensor.of(values, values.length);
  }

  private static String message(Supplier<?> body) {
    return assertThrows(AnomalyException.class, () -> Autograd.detectAnomaly(body)).getMessage();
  }

  /** The line that called this, {@code ahead} lines further down. */
  private static int line(int ahead) {
    return new Throwable().getStackTrace()[1].getLineNumber() + ahead;
  }

  private static String at(String method, int line) {
    return "DetectAnomalyTest" + method + "(DetectAnomalyTest.java:" + line + ")";
  }

  /** A layer of a user's: its own line is the one to name. */
  private static final class LogOf extends Layer {
    static int line;

    @Override
    protected Tensor forward(Tensor x) {
      line = line(1);
      return x.log();
    }
  }

  @Test
  void aResultNamesOperationPathAndLine() {
    Sequential net = new Sequential(new Sequential(new Linear(2, 2, Rng.of(1)), new LogOf()));
    net.load(net.stateDict().put("0.0.weight", Tensor.eye(2)).put("0.0.bias", Tensor.zeros(2)))
        .orThrow();
    Tensor x = Tensor.of(new float[] {1, 2, 3, 0}, 2, 2);
    String message = message(() -> net.apply(x));
    assertEquals(
        "log \"0.1\": result is not finite: -Infinity at [1, 1] of [2, 2], 1 of 4 values; called at "
            + at("$LogOf.forward", LogOf.line),
        message);
  }

  @Test
  void outsideLayersThereIsNoPath() {
    int line = line(1);
    String message = message(() -> t(1, 0).reciprocal());
    assertEquals(
        "reciprocal: result is not finite: Infinity at [1] of [2], 1 of 2 values; called at "
            + at(".outsideLayersThereIsNoPath", line),
        message);
  }

  @Test
  void anInputThatWasNotFiniteIsSaid() {
    int line = line(1);
    String message = message(() -> t(1, 2).add(t(Float.NaN, Float.POSITIVE_INFINITY)));
    assertEquals(
        "add: result is not finite: NaN at [0] of [2], 2 of 2 values; input 1 was not finite before;"
            + " called at "
            + at(".anInputThatWasNotFiniteIsSaid", line),
        message);
  }

  @Test
  void insideGraftsOwnNetworksThePathTellsWhere() {
    Layer net = ResNet.cifar(20, 10, Rng.of(1));
    net.load(net.stateDict().put("layer2.1.bn1.bias", Tensor.full(Float.NaN, 32))).orThrow();
    int line = line(1);
    String message = message(() -> net.apply(Tensor.randn(Rng.of(2), 2, 3, 8, 8)));
    assertEquals(
        "batch_norm_relu \"layer2.1.bn1\": result is not finite: NaN at [0, 0, 0, 0] of [2, 32, 4, 4],"
            + " 1,024 of 1,024 values; input 2 was not finite before; called at "
            + at(".insideGraftsOwnNetworksThePathTellsWhere", line),
        message);
  }

  /** A layer whose values are fine and whose gradient is not. */
  private static final class RootOf extends Layer {
    static int line;

    @Override
    protected Tensor forward(Tensor x) {
      line = line(1);
      return x.sqrt();
    }
  }

  @Test
  void aGradientNamesTheLineOfItsForward() {
    Sequential net = new Sequential(new RootOf());
    Tensor x = t(4, 0).requireGrad();
    String message =
        message(() -> {
          net.apply(x).sum().backward();
          return null;
        });
    assertEquals(
        "sqrt \"0\": gradient of input 0 is not finite: Infinity at [1] of [2], 1 of 2 values;"
            + " its forward was called at "
            + at("$RootOf.forward", RootOf.line),
        message);
  }

  @Test
  void gradientsThatOverflowTogetherAreSeen() {
    Tensor x = t(1).requireGrad();
    int line = line(3);
    String message =
        message(() -> {
          x.mul(3e38f).sum().backward();
          x.mul(3e38f).sum().backward();
          return null;
        });
    assertEquals(
        "mul_scalar: accumulated gradient of input 0 is not finite: Infinity at [0] of [1],"
            + " 1 of 1 values; its forward was called at "
            + at(".gradientsThatOverflowTogetherAreSeen", line + 1),
        message);
  }

  @Test
  void aForwardFromOutsideIsSaid() {
    Tensor y = t(0).requireGrad().sqrt().sum();
    assertEquals(
        "sqrt: gradient of input 0 is not finite: Infinity at [0] of [1], 1 of 1 values;"
            + " its forward ran outside detectAnomaly",
        message(() -> {
          y.backward();
          return null;
        }));
    Tensor z = t(1).requireGrad().relu();
    assertEquals(
        "relu: gradient of the result is not finite: NaN at [0] of [1], 1 of 1 values;"
            + " its forward ran outside detectAnomaly",
        message(() -> {
          z.backward(t(Float.NaN));
          return null;
        }));
  }

  @Test
  void whatIsFiniteGivesTheSameBits() {
    float[][] gradients = new float[2][];
    for (int i = 0; i < 2; i++) {
      Layer net = ResNet.cifar(20, 10, Rng.of(1));
      Runnable step =
          () ->
              Functional.crossEntropy(
                      net.apply(Tensor.randn(Rng.of(2), 2, 3, 8, 8)), new int[] {3, 4})
                  .backward();
      if (i == 0) {
        step.run();
      } else {
        Autograd.detectAnomaly(step);
      }
      gradients[i] = net.parameters().getFirst().tensor().grad().toArray();
    }
    assertArrayEquals(gradients[0], gradients[1]);
  }

  @Test
  void afterwardsNobodyLooks() {
    assertThrows(AnomalyException.class, () -> Autograd.detectAnomaly(() -> t(0).log()));
    assertFalse(Float.isFinite(t(0).log().item()));
    assertTrue(Autograd.isRecording());
  }

  @Test
  void aSummaryMayBeTakenMeanwhile() {
    Layer net = ResNet.cifar(20, 10, Rng.of(1));
    assertEquals(
        Summary.of(net, 1, 3, 32, 32).toString(),
        Autograd.detectAnomaly(() -> Summary.of(net, 1, 3, 32, 32).toString()));
    net.load(net.stateDict().put("linear.bias", Tensor.full(Float.NaN, 10))).orThrow();
    String message = message(() -> Summary.of(net, 1, 3, 32, 32));
    assertTrue(message.startsWith("linear \"linear\": result is not finite"), message);
  }

  @Test
  void insideNoGradItStillLooks() {
    assertTrue(
        message(() -> Autograd.noGrad(() -> t(0).log())).startsWith("log: result is not finite"));
  }
}
