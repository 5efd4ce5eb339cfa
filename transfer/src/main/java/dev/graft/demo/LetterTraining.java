package dev.graft.demo;

import dev.graft.demo.LetterRenderer.Letter;
import dev.graft.models.ResNet;
import dev.graft.optim.OneCycleLR;
import dev.graft.optim.SGD;
import dev.graft.optim.Schedule;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Trains ResNet-20 to tell letters apart. Every image is drawn anew and seen once: the drawing is
 * the augmentation. SGD with Nesterov's momentum, one learning-rate cycle.
 */
final class LetterTraining {
  static final int DEPTH = 20;

  private static final int VALIDATION = 2000;
  private static final float MOMENTUM = 0.9f;

  /**
   * What is trained and for how long.
   *
   * @param images letters drawn for each epoch
   * @param epochs how often the log reports; images are never repeated
   * @param batch images a step
   * @param lr the learning rate at the top of the cycle
   * @param weightDecay on every parameter
   * @param seed of the weights and of the images
   */
  record Recipe(int images, int epochs, int batch, double lr, float weightDecay, long seed) {
    Recipe {
      if (batch < 2 || images < batch || epochs < 1) {
        throw new IllegalArgumentException(
            "letters: needs at least one epoch of one batch of two: %d images, %d epochs, batch %d"
                .formatted(images, epochs, batch));
      }
    }

    int stepsPerEpoch() {
      return images / batch;
    }
  }

  private final LetterRenderer renderer;
  private final LetterRenderer unseen;
  private final Recipe recipe;

  LetterTraining(FontLibrary fonts, Recipe recipe) {
    this.recipe = recipe;
    this.renderer = new LetterRenderer(fonts, recipe.seed());
    this.unseen = new LetterRenderer(fonts, Rng.bits(recipe.seed(), -1));
  }

  /**
   * Trains from fresh weights.
   *
   * @param log gets one line an epoch: mean loss, accuracy on 2,000 letters never trained on
   * @param progress gets the number of steps made, after each
   */
  ResNet run(Consumer<String> log, IntConsumer progress) {
    ResNet network =
        ResNet.cifar(DEPTH, LetterClasses.count(), Rng.of(recipe.seed()).split("weights"));
    SGD optimizer =
        new SGD(network.parameters(), recipe.lr(), MOMENTUM, recipe.weightDecay(), true);
    Schedule schedule = new OneCycleLR(recipe.stepsPerEpoch() * recipe.epochs());
    long drawn = 0;
    for (int epoch = 1; epoch <= recipe.epochs(); epoch++) {
      network.train();
      double sum = 0;
      for (int step = 1; step <= recipe.stepsPerEpoch(); step++) {
        schedule.set(optimizer, (epoch - 1) * recipe.stepsPerEpoch() + step - 1);
        Letter[] batch = draw(renderer, drawn, recipe.batch());
        drawn += batch.length;
        Tensor loss =
            Functional.crossEntropy(network.apply(GreyImages.tensor(pixels(batch))), labels(batch));
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        sum += loss.item();
        progress.accept((epoch - 1) * recipe.stepsPerEpoch() + step);
      }
      log.accept(
          "epoch %d of %d: %,d letters seen, loss %.4f, accuracy on new letters %.2f %%"
              .formatted(
                  epoch, recipe.epochs(), drawn, sum / recipe.stepsPerEpoch(), accuracy(network)));
    }
    return network;
  }

  /** Per cent right of letters that training does not draw. */
  private double accuracy(ResNet network) {
    network.eval();
    int right = 0;
    for (int from = 0; from < VALIDATION; from += recipe.batch()) {
      Letter[] batch = draw(unseen, from, Math.min(recipe.batch(), VALIDATION - from));
      Tensor input = GreyImages.tensor(pixels(batch));
      int[] answers = Autograd.noGrad(() -> network.apply(input)).argmax(1);
      int[] labels = labels(batch);
      for (int i = 0; i < labels.length; i++) {
        right += answers[i] == labels[i] ? 1 : 0;
      }
    }
    return 100.0 * right / VALIDATION;
  }

  private static Letter[] draw(LetterRenderer renderer, long from, int count) {
    return IntStream.range(0, count)
        .parallel()
        .mapToObj(i -> renderer.letter(from + i))
        .toArray(Letter[]::new);
  }

  private static byte[][] pixels(Letter[] letters) {
    return Arrays.stream(letters).map(Letter::pixels).toArray(byte[][]::new);
  }

  private static int[] labels(Letter[] letters) {
    return Arrays.stream(letters).mapToInt(Letter::label).toArray();
  }
}
