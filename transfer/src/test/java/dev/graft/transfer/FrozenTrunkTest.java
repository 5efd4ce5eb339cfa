package dev.graft.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.models.ResNet;
import dev.graft.nn.Linear;
import dev.graft.optim.SGD;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A frozen trunk runs by a plan, which is never that of other weights. */
class FrozenTrunkTest {
  private final ResNet trunk = ResNet.cifar(20, 10, Rng.of(1));
  private final TransferModel model =
      new TransferModel(trunk, new Linear(trunk.numFeatures(), 4, Rng.of(2)));
  private final Tensor images = Tensor.randn(Rng.of(3), 6, 3, 32, 32);

  private Tensor eager() {
    return Autograd.noGrad(() -> trunk.features(images));
  }

  private void agrees() {
    Tensor expected = eager();
    Tensor actual = model.features(images).detach();
    assertEquals(expected.shape(), actual.shape());
    float[] e = expected.toArray();
    float[] a = actual.toArray();
    for (int i = 0; i < e.length; i++) {
      assertEquals(e[i], a[i], 1e-4 * Math.max(1, Math.abs(e[i])));
    }
  }

  @Test
  void featuresAreThoseOfTheTrunkForEveryBatch() {
    agrees();
    for (int n : new int[] {6, 5, 1, 6}) {
      assertEquals(Shape.of(n, 64), model.features(images.narrow(0, 0, n)).shape());
    }
    model.train();
    agrees();
  }

  @Test
  void onlyTheHeadIsTrained() {
    model.train();
    Tensor loss = Functional.crossEntropy(model.apply(images), new int[] {0, 1, 2, 3, 0, 1});
    loss.backward();
    assertNotNull(model.head().weight().grad());
    assertTrue(trunk.parameters().stream().allMatch(p -> p.tensor().grad() == null));
  }

  @Test
  void loadedWeightsAreFollowed() {
    float[] before = model.features(images).toArray();
    ResNet other = ResNet.cifar(20, 10, Rng.of(9));
    trunk.load(other.stateDict());
    agrees();
    assertFalse(Arrays.equals(before, model.features(images).toArray()));
  }

  @Test
  void weightsTrainedInBetweenAreFollowed() {
    model.train();
    agrees();
    float[] before = model.features(images).toArray();
    model.unfreezeFrom(0);
    Tensor recorded = model.features(images);
    assertTrue(recorded.requiresGrad());
    SGD sgd = new SGD(model.groups(0.1, 0.5, 0), 0, false);
    Functional.crossEntropy(model.apply(images), new int[] {0, 1, 2, 3, 0, 1}).backward();
    sgd.step();
    model.freezeTrunk();
    agrees();
    Tensor after = model.features(images);
    assertFalse(after.requiresGrad());
    assertNull(after.node());
    assertFalse(Arrays.equals(before, after.toArray()));
  }

  @Test
  void aHeadInTrainingDoesNotMakeNewFeatures() {
    float[] before = model.features(images).toArray();
    SGD sgd = new SGD(model.head().parameters(), 0.1);
    Functional.crossEntropy(model.apply(images), new int[] {0, 1, 2, 3, 0, 1}).backward();
    sgd.step();
    assertArrayEquals(before, model.features(images).toArray());
  }
}
