package dev.graft.demo;

import dev.graft.nn.Linear;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Tensor;
import dev.graft.transfer.RidgeHead;

/** A ridge head on features that were computed once: a frozen trunk's, or the pixels themselves. */
final class RidgeContender implements Contender {
  private final String key;
  private final String title;
  private final Tensor poolFeatures;
  private final int[] poolLabels;
  private final Tensor testFeatures;

  /**
   * @param poolFeatures [pool, d]
   * @param testFeatures [test, d]
   */
  RidgeContender(
      String key, String title, Tensor poolFeatures, int[] poolLabels, Tensor testFeatures) {
    this.key = key;
    this.title = title;
    this.poolFeatures = poolFeatures;
    this.poolLabels = poolLabels;
    this.testFeatures = testFeatures;
  }

  @Override
  public String key() {
    return key;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public long trainableParameters() {
    return (poolFeatures.dim(1) + 1L) * Digits.CLASSES;
  }

  @Override
  public int draws(int draws) {
    return draws;
  }

  @Override
  public int[] learnAndAnswer(int[] examples, int draw) {
    int[] labels = new int[examples.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = poolLabels[examples[i]];
    }
    Linear head = RidgeHead.fit(poolFeatures.indexSelect(0, examples), labels, Digits.CLASSES);
    return Autograd.noGrad(() -> head.apply(testFeatures)).argmax(1);
  }
}
