package dev.graft.transfer;

import dev.graft.nn.CrossEntropyLoss;
import dev.graft.nn.Linear;
import dev.graft.optim.OneCycleLR;
import dev.graft.optim.ParamGroup;
import dev.graft.optim.SGD;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * A linear head trained by SGD with Nesterov momentum on cross-entropy, over cached features that
 * are standardised first; the standardisation is folded into the head's weights afterwards.
 */
public final class SgdHead {
  private static final double LR = 0.1;
  private static final float MOMENTUM = 0.9f;
  private static final float WEIGHT_DECAY = 5e-4f;
  private static final int BATCH = 64;

  /** Hears of each epoch's mean loss. */
  @FunctionalInterface
  public interface Progress {
    void epoch(int epoch, double loss);
  }

  private SgdHead() {}

  /**
   * The head for features [n, d] with labels 0 … classes−1; the same seed gives the same head.
   *
   * @throws IllegalArgumentException if there are no examples, fewer labels than rows, a label is
   *     out of range, or epochs is below 1
   */
  public static Linear fit(
      Tensor features, int[] labels, int classes, int epochs, Rng rng, Progress progress) {
    RidgeHead.checkExamples(features, labels, classes);
    if (epochs < 1) {
      throw new IllegalArgumentException("head: epochs must be at least 1: " + epochs);
    }
    int n = features.dim(0);
    Tensor mean = features.mean(false, 0);
    Tensor std = features.var(false, false, 0).add(1e-6f).sqrt();
    Tensor x = features.sub(mean).div(std);
    Linear head = new Linear(features.dim(1), classes, rng);
    head.weight().assign(new float[head.weight().numel()]);
    head.bias().assign(new float[classes]);
    head.to(features.backend());
    SGD sgd = new SGD(List.of(new ParamGroup(head.parameters(), LR, WEIGHT_DECAY)), MOMENTUM, true);
    int batches = (n + BATCH - 1) / BATCH;
    OneCycleLR schedule = new OneCycleLR(epochs * batches);
    CrossEntropyLoss loss = new CrossEntropyLoss();
    for (int epoch = 0; epoch < epochs; epoch++) {
      int[] order = rng.permutation(n);
      double total = 0;
      for (int b = 0; b < batches; b++) {
        int[] rows = Arrays.copyOfRange(order, b * BATCH, Math.min(n, (b + 1) * BATCH));
        int[] target = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
          target[i] = labels[rows[i]];
        }
        schedule.set(sgd, epoch * batches + b);
        sgd.zeroGrad();
        Tensor batchLoss = loss.apply(head.apply(x.indexSelect(0, rows)), target);
        batchLoss.backward();
        sgd.step();
        total += batchLoss.item() * rows.length;
      }
      progress.epoch(epoch, total / n);
    }
    return folded(head, mean, std);
  }

  /** The head that does to raw features what {@code head} does to standardised ones. */
  private static Linear folded(Linear head, Tensor mean, Tensor std) {
    Tensor weight = head.weight().detach().div(std);
    Tensor bias = head.bias().detach().sub(weight.matmul(mean));
    Linear result = new Linear(head.inFeatures(), head.outFeatures(), Rng.of(0));
    result.weight().assign(weight.toArray());
    result.bias().assign(bias.toArray());
    result.to(weight.backend());
    return result;
  }
}
