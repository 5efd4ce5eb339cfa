package dev.graft.demo;

import dev.graft.models.ResNet;
import dev.graft.optim.OneCycleLR;
import dev.graft.optim.SGD;
import dev.graft.optim.Schedule;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;

/** The trunk's network with fresh weights, trained on the examples alone. */
final class ScratchContender implements Contender {
  private static final int STEPS = 60;
  private static final int BATCH = 32;
  private static final double LR = 0.05;
  private static final int CHUNK = 250;

  private final Tensor pool;
  private final int[] poolLabels;
  private final Tensor test;
  private final long seed;
  private final int mostDraws;

  /**
   * @param pool images [pool, 3, 28, 28]
   * @param test images [test, 3, 28, 28]
   * @param mostDraws draws that it is tried on at most: each trains a network
   */
  ScratchContender(Tensor pool, int[] poolLabels, Tensor test, long seed, int mostDraws) {
    this.pool = pool;
    this.poolLabels = poolLabels;
    this.test = test;
    this.seed = seed;
    this.mostDraws = mostDraws;
  }

  @Override
  public String key() {
    return "scratch";
  }

  @Override
  public String title() {
    return "same network from scratch";
  }

  @Override
  public long trainableParameters() {
    return network(0).numTrainable();
  }

  @Override
  public int draws(int draws) {
    return Math.min(draws, mostDraws);
  }

  @Override
  public int[] learnAndAnswer(int[] examples, int draw) {
    ResNet network = network(draw);
    SGD optimizer = new SGD(network.parameters(), LR, 0.9f, 5e-4f, true);
    Schedule schedule = new OneCycleLR(STEPS);
    Rng order = Rng.of(seed).split("order " + draw);
    int batch = Math.min(BATCH, examples.length);
    int[] shuffled = new int[0];
    int next = 0;
    for (int step = 0; step < STEPS; step++) {
      if (next + batch > shuffled.length) {
        shuffled = order.permutation(examples.length);
        next = 0;
      }
      int[] chosen = new int[batch];
      int[] labels = new int[batch];
      for (int i = 0; i < batch; i++) {
        chosen[i] = examples[shuffled[next++]];
        labels[i] = poolLabels[chosen[i]];
      }
      schedule.set(optimizer, step);
      Tensor logits = network.apply(pool.indexSelect(0, chosen));
      optimizer.zeroGrad();
      Functional.crossEntropy(logits, labels).backward();
      optimizer.step();
    }
    return answers(network);
  }

  private ResNet network(int draw) {
    ResNet network = ResNet.cifar(20, Digits.CLASSES, Rng.of(seed).split("weights " + draw));
    network.to(pool.backend());
    return network;
  }

  private int[] answers(ResNet network) {
    network.eval();
    int[] answers = new int[test.dim(0)];
    for (int from = 0; from < answers.length; from += CHUNK) {
      int start = from;
      int end = Math.min(from + CHUNK, answers.length);
      Tensor part = test.slice(0, start, end);
      int[] digits = Autograd.noGrad(() -> network.apply(part)).argmax(1);
      System.arraycopy(digits, 0, answers, start, digits.length);
    }
    return answers;
  }
}
