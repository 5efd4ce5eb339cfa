package dev.graft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.tensor.Functional.Reduction;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** What wrong uses of losses are told, word for word, and what is let through. */
class LossMessagesTest {
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final String HINT =
      "; an earlier step may have diverged (lower the learning rate), or the data is bad";

  private final Map<String, Executable> uses = new LinkedHashMap<>();

  private static Tensor t(int... dims) {
    return Tensor.zeros(dims);
  }

  /** Zeros with one other value. */
  private static Tensor with(float value, int at, int... dims) {
    float[] values = new float[Shape.of(dims).numel()];
    values[at] = value;
    return Tensor.of(values, dims);
  }

  private void wrong(String message, Executable use) {
    uses.put(message, use);
  }

  @TestFactory
  Stream<DynamicTest> everyWrongUse() {
    targets();
    nothing();
    parameters();
    notFinite();
    return uses.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getKey(), e.getValue())));
  }

  private static void check(String message, Executable use) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, use).getMessage());
  }

  private void targets() {
    wrong(
        "nll_loss: target 7 of row 0 is out of range: the input has 4 classes (0 … 3)",
        () -> Functional.nllLoss(t(1, 4), new int[] {7}));
    wrong(
        "focal_loss: target 4 of row 1 is out of range: the input has 4 classes (0 … 3)",
        () -> Functional.focalLoss(t(2, 4), new int[] {0, 4}));
    wrong(
        "cross_entropy: target 2 of row 5 is out of range: the input has 2 classes (0 … 1)",
        () -> Functional.crossEntropy(t(1, 2, 2, 3), new int[] {0, 1, 0, 1, 0, 2}));
    wrong(
        "cross_entropy: 2 targets for a batch of 3: input [3, 4]",
        () -> Functional.crossEntropy(t(3, 4), new int[2]));
    wrong(
        "cross_entropy: needs input [n, classes] or [n, classes, …]: got [4]",
        () -> Functional.crossEntropy(t(4), new int[1]));
    wrong(
        "cross_entropy: target [3] must be probabilities of the input's shape [3, 4]; class indices"
            + " go in an int[]",
        () -> Functional.crossEntropy(t(3, 4), t(3)));
    wrong(
        "cross_entropy: class weights [3] do not fit 4 classes: expected [4]",
        () -> Functional.crossEntropy(t(3, 4), t(3, 4), t(3), 0, Reduction.MEAN));
    wrong(
        "focal_loss: alpha weights [3] do not fit 4 classes: expected [4]",
        () -> Functional.focalLoss(t(1, 4), new int[1], 2, t(3), Reduction.MEAN));
    wrong(
        "l1_loss: input [2] and target [2, 1] differ in shape",
        () -> Functional.l1Loss(t(2), t(2, 1)));
    wrong(
        "smooth_l1_loss: input [2] and target [] differ in shape",
        () -> Functional.smoothL1Loss(t(2), t()));
    wrong(
        "bce_with_logits: input [2, 3] and target [2] differ in shape",
        () -> Functional.binaryCrossEntropyWithLogits(t(2, 3), t(2)));
    wrong(
        "bce_with_logits: pos_weight [2] does not broadcast to the input [2, 3]",
        () ->
            Functional.binaryCrossEntropyWithLogits(t(2, 3), t(2, 3), null, t(2), Reduction.MEAN));
    wrong(
        "bce_with_logits: weight [4, 1] does not broadcast to the input [2, 3]",
        () ->
            Functional.binaryCrossEntropyWithLogits(
                t(2, 3), t(2, 3), t(4, 1), null, Reduction.MEAN));
    wrong(
        "kl_div: input [2, 3] and target [3, 2] differ in shape",
        () -> Functional.klDiv(t(2, 3), t(3, 2)));
  }

  private void nothing() {
    wrong(
        "cross_entropy: empty batch: input [0, 4] has nothing to average; skip it, or use reduction"
            + " SUM",
        () -> Functional.crossEntropy(t(0, 4), new int[0]));
    wrong(
        "mse_loss: empty batch: input [0, 3] has nothing to average; skip it, or use reduction SUM",
        () -> Functional.mseLoss(t(0, 3), t(0, 3)));
    wrong(
        "kl_div: empty batch: input [0, 3] has nothing to average; skip it, or use reduction SUM",
        () -> Functional.klDiv(t(0, 3), t(0, 3), Reduction.BATCHMEAN, false));
    wrong(
        "nll_loss: nothing to average: every target is -100, which ignores its row",
        () -> Functional.nllLoss(t(2, 4), new int[] {-100, -100}));
    wrong(
        "nll_loss: target -1 of row 1 is out of range: the input has 4 classes (0 … 3); -100"
            + " ignores a row",
        () -> Functional.nllLoss(t(2, 4), new int[] {-100, -1}));
    wrong(
        "cross_entropy: nothing to average: the class weights of all targets are 0",
        () -> Functional.crossEntropy(t(2, 4), new int[2], t(4), 0, Reduction.MEAN));
  }

  private void parameters() {
    wrong(
        "smooth_l1_loss: beta must be at least 0: -1.0",
        () -> Functional.smoothL1Loss(t(2), t(2), -1, Reduction.MEAN));
    wrong(
        "huber_loss: delta must be positive: 0.0",
        () -> Functional.huberLoss(t(2), t(2), 0, Reduction.MEAN));
    wrong(
        "focal_loss: gamma must be at least 0: NaN",
        () -> Functional.focalLoss(t(1, 2), new int[1], Float.NaN, null, Reduction.MEAN));
    wrong(
        "cross_entropy: label smoothing must be between 0 and 1: -0.5",
        () -> Functional.crossEntropy(t(1, 2), t(1, 2), null, -0.5f, Reduction.MEAN));
    wrong(
        "l1_loss: reduction BATCHMEAN is for kl_div; use MEAN, SUM or NONE",
        () -> Functional.l1Loss(t(2), t(2), Reduction.BATCHMEAN));
    wrong(
        "cross_entropy: reduction BATCHMEAN is for kl_div; use MEAN, SUM or NONE",
        () -> Functional.crossEntropy(t(1, 2), new int[1], null, 0, Reduction.BATCHMEAN));
  }

  private void notFinite() {
    wrong(
        "cross_entropy: the loss is NaN: input[1, 2] is NaN" + HINT,
        () -> Functional.crossEntropy(with(Float.NaN, 6, 3, 4), new int[3]));
    wrong(
        "cross_entropy: the loss is Infinity: input[2, 0] is -Infinity" + HINT,
        () -> Functional.crossEntropy(with(-INF, 8, 3, 4), new int[3]));
    wrong(
        "cross_entropy: the loss is NaN: input[0, 1, 1] is Infinity" + HINT,
        () -> Functional.crossEntropy(with(INF, 4, 2, 2, 3), new int[6], null, 0, Reduction.NONE));
    wrong(
        "cross_entropy: the loss is NaN: target[0, 1] is NaN" + HINT,
        () -> Functional.crossEntropy(t(2, 2), with(Float.NaN, 1, 2, 2)));
    wrong(
        "nll_loss: the loss is NaN: input[1, 0] is NaN" + HINT,
        () -> Functional.nllLoss(with(Float.NaN, 2, 2, 2), new int[2]));
    wrong(
        "nll_loss: the loss is -Infinity: input[0, 0] is Infinity" + HINT,
        () -> Functional.nllLoss(with(INF, 0, 2, 2), new int[2]));
    wrong(
        "focal_loss: the loss is NaN: input[0, 1] is NaN" + HINT,
        () -> Functional.focalLoss(with(Float.NaN, 1, 2, 2), new int[2]));
    wrong(
        "mse_loss: the loss is Infinity: input[1, 1] is -Infinity" + HINT,
        () -> Functional.mseLoss(with(-INF, 3, 2, 2), t(2, 2)));
    wrong(
        "l1_loss: the loss is NaN: target[3] is NaN" + HINT,
        () -> Functional.l1Loss(t(4), with(Float.NaN, 3, 4)));
    wrong(
        "smooth_l1_loss: the loss is NaN: input is NaN" + HINT,
        () -> Functional.smoothL1Loss(Tensor.scalar(Float.NaN), t()));
    wrong(
        "bce_with_logits: the loss is NaN: input[2] is Infinity" + HINT,
        () ->
            Functional.binaryCrossEntropyWithLogits(
                with(INF, 2, 4), t(4), null, null, Reduction.NONE));
    wrong(
        "kl_div: the loss is NaN: input[0, 1] is NaN" + HINT,
        () -> Functional.klDiv(with(Float.NaN, 1, 1, 2), t(1, 2)));
    wrong(
        "kl_div: target[0, 1] is -0.25: probabilities are not negative; set logTarget for"
            + " log-probabilities",
        () -> Functional.klDiv(t(1, 2), with(-0.25f, 1, 1, 2)));
  }

  @Test
  void impossibleEventsHaveAnInfiniteLoss() {
    assertEquals(INF, Functional.nllLoss(with(-INF, 0, 1, 2), new int[1]).item());
    assertEquals(INF, Functional.klDiv(with(-INF, 0, 2), Tensor.ones(2)).item());
  }

  @Test
  void maskedLogitsThatAreNotTheTargetAreLegal() {
    float loss = Functional.crossEntropy(with(-INF, 1, 1, 3), new int[1]).item();
    assertEquals(Math.log(2), loss, 1e-6);
  }

  @Test
  void finiteInputsMayOverflow() {
    assertEquals(INF, Functional.mseLoss(Tensor.full(1e30f, 2), t(2)).item());
  }

  @Test
  void emptyBatchesHaveASumAndNoLosses() {
    assertEquals(0, Functional.crossEntropy(t(0, 4), new int[0], null, 0, Reduction.SUM).item());
    assertArrayEquals(new float[0], Functional.mseLoss(t(0, 3), t(0, 3), Reduction.NONE).toArray());
  }
}
