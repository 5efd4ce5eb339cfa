package dev.graft.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.nn.Identity;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ResNetTest {
  private static Tensor images(int size) {
    return Tensor.randn(Rng.of(2), 2, 3, size, size);
  }

  @Test
  void imagesBecomeLogitsAndFeatures() {
    ResNet net = ResNet.of(18, 7, Rng.of(1));
    net.eval();
    Autograd.noGrad(() -> {
      assertEquals(Shape.of(2, 7), net.apply(images(33)).shape());
      assertEquals(Shape.of(2, 512), net.features(images(33)).shape());
    });
  }

  @Test
  void theOutputWithoutAHeadIsTheFeatures() {
    ResNet headless = ResNet.cifar(8, 0, Rng.of(1));
    ResNet replaced = ResNet.cifar(8, 10, Rng.of(1));
    replaced.replaceHead(new Identity());
    headless.eval();
    replaced.eval();
    Tensor features = headless.features(images(16));
    assertEquals(Shape.of(2, 64), features.shape());
    assertArrayEquals(features.toArray(), headless.apply(images(16)).toArray());
    assertArrayEquals(features.toArray(), replaced.apply(images(16)).toArray());
  }

  @Test
  void shortcutATakesEverySecondPixelBetweenZeroChannels() {
    Tensor x = Tensor.arange(2 * 3 * 4).reshape(1, 2, 3, 4);
    Tensor y = new ShortcutA(1).apply(x);
    assertEquals(Shape.of(1, 4, 2, 2), y.shape());
    assertArrayEquals(
        new float[] {0, 0, 0, 0, 0, 2, 8, 10, 12, 14, 20, 22, 0, 0, 0, 0}, y.toArray());
  }

  @Test
  void everyParameterGetsAGradient() {
    ResNet net = ResNet.cifar(8, 10, Rng.of(1));
    Functional.crossEntropy(net.apply(images(16)), new int[] {3, 8}).backward();
    net.parameters()
        .forEach(p -> assertEquals(p.tensor().shape(), p.tensor().grad().shape(), p.name()));
  }

  @Test
  void theSameSeedGivesTheSameNetwork() {
    float[] one = ResNet.cifar(8, 10, Rng.of(1)).eval().apply(images(8)).toArray();
    assertArrayEquals(one, ResNet.cifar(8, 10, Rng.of(1)).eval().apply(images(8)).toArray());
    float[] other = ResNet.cifar(8, 10, Rng.of(2)).eval().apply(images(8)).toArray();
    assertTrue(one[0] != other[0]);
  }

  @Test
  void errorsNameTheLayer() {
    ResNet net = ResNet.cifar(8, 10, null);
    net.stages().getLast().apply(Tensor.zeros(2, 32, 4, 4));
    Exception e =
        assertThrows(
            ShapeException.class, () -> net.stages().getLast().apply(Tensor.zeros(2, 16, 4, 4)));
    assertEquals(
        "conv2d \"layer3.0.conv1\": input has 16 channels, weight [64, 32, 3, 3] expects 32",
        e.getMessage());
  }

  @Test
  void theFirstLinePrintsNameAndSize() {
    assertTrue(
        ResNet.of(18, 1000, null)
            .toString()
            .startsWith("ResNet(resnet18) 11,689,512 parameters\n"));
    assertTrue(
        ResNet.cifar(20, 10, null)
            .toString()
            .startsWith("ResNet(cifar_resnet20) 269,722 parameters\n"));
  }

  @Test
  void unknownDepthsAndFormsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> ResNet.of(20, 10, null));
    assertThrows(IllegalArgumentException.class, () -> ResNet.cifar(21, 10, null));
  }
}
