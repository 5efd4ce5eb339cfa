package dev.graft.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.data.Preprocessing;
import dev.graft.models.Architecture;
import dev.graft.models.Architecture.StridePlacement;
import dev.graft.models.Head;
import dev.graft.models.ResNet;
import dev.graft.nn.Linear;
import dev.graft.tensor.Rng;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of weights before they are loaded, to the letter. */
class DryRunTest {
  @TempDir private Path folder;

  private static StateDict prefixed(String prefix, StateDict state) {
    StateDict out = new StateDict();
    state.tensors().forEach((name, tensor) -> out.put(prefix + name, tensor));
    return out;
  }

  private static StateDict bottleneck() {
    return ResNet.of(Architecture.of("resnet14t", 3), null).stateDict();
  }

  @Test
  void aNetworkThatFits() throws IOException {
    StateDict state = prefixed("model.", bottleneck()).put("loss.weight", Tensor.ones(3));
    assertEquals(
        """
        file       net.ckpt
        names      torchvision's names
                   "model." taken off
                   1 beside the network left out: loss.weight
        network    resnet14t, no head
                   the stride is taken to be on the 3x3 convolutions (v1.5, as in torchvision); names \
        and shapes are the same with it on the first 1x1 (v1, as in the paper and in Keras)
        fit        114 applied, 0 missing, 0 unexpected, 0 misshapen, 2 dropped\
        """,
        new DryRun("net.ckpt", state).report(Head.drop()));
  }

  @Test
  void aNetworkThatDoesNotFitWhatItIsSaidToBe() throws IOException {
    StateDict state = ResNet.cifar(8, 10, null).stateDict();
    StateDict damaged = new StateDict();
    state
        .tensors()
        .forEach((name, tensor) -> {
          if (!name.equals("layer3.0.bn2.weight")) {
            damaged.put(name.equals("bn1.bias") ? "bn1.bais" : name, tensor);
          }
        });
    assertEquals(
        """
        file       net.th
        names      torchvision's names
        network    cifar_resnet8, 10 classes
                   the 3x3 stem is taken to have stride 1 and no pooling, as for images of 32x32
                   shortcuts without parameters are taken to add zero channels on both sides
        fit        42 applied, 2 missing, 1 unexpected, 0 misshapen
                   missing bn1.bias (nearest: bn1.bais [16])
                   missing layer3.0.bn2.weight
                   unexpected bn1.bais (nearest: bn1.bias [16])\
        """,
        new DryRun("net.th", damaged).report(Head.keep()));
    IOException e =
        assertThrows(IOException.class, () -> new DryRun("net.th", damaged).load(Head.keep()));
    assertEquals(
        "net.th: does not fit cifar_resnet8: 42 applied, 2 missing, 1 unexpected, 0 misshapen",
        e.getMessage().lines().findFirst().orElseThrow());
  }

  @Test
  void anotherNetworkIsRefused() {
    StateDict state = new StateDict().put("features.0.weight", Tensor.ones(2, 3, 3, 3));
    IOException e =
        assertThrows(IOException.class, () -> new DryRun("vgg.pth", state).load(Head.keep()));
    assertEquals(
        "vgg.pth: its 1 tensors are no ResNet's that is known here: it has no conv1.0.weight; graft"
            + " inspect shows them",
        e.getMessage());
    IOException same =
        assertThrows(
            IOException.class,
            () -> new DryRun("twice.pth", bottleneck().put("linear.bias", Tensor.zeros(3))));
    assertEquals("twice.pth: names: both fc.bias and linear.bias are fc.bias", same.getMessage());
  }

  @Test
  void theDeclaredStrideIsKeptAndSaved() throws IOException {
    Architecture v1 = Architecture.of("resnet14t_stride1x1", 3);
    Trunks.Trunk trunk = new DryRun("x", bottleneck(), v1).load(Head.keep());
    assertEquals(v1, trunk.architecture());
    Path file = folder.resolve("saved.safetensors");
    TransferModel model = new TransferModel(trunk.backbone(), new Linear(2048, 2, Rng.of(1)));
    Classifier.save(
        file, model, v1.withClasses(2), List.of("a", "b"), Preprocessing.IMAGENET_V2, Map.of());
    Classifier loaded = Classifier.load(file);
    assertEquals(StridePlacement.FIRST_1X1, loaded.architecture().stride());
    assertEquals(List.of("a", "b"), loaded.classes());
    assertEquals(Preprocessing.IMAGENET_V2, loaded.preprocessing());
    Tensor x = Tensor.randn(Rng.of(2), 1, 3, 64, 64);
    ResNet same = ResNet.of(v1.withClasses(2), null);
    same.load(model.networkState()).orThrow();
    assertArrayEquals(same.eval().apply(x).toArray(), loaded.logits(x).toArray());
  }

  @Test
  void aWrongDeclarationIsRefused() {
    IOException e =
        assertThrows(
            IOException.class,
            () -> new DryRun("x", bottleneck(), Architecture.of("resnet26t", 3)).load(Head.keep()));
    assertEquals("x: its weights are a resnet14t's, not a resnet26t's", e.getMessage());
  }
}
