package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keras 3's names, in the order in which Keras 3.15 itself saved a ResNet50. */
class KerasPositionsTest {
  /** Two stages of two blocks, thin: side, inputs and outputs of each convolution. */
  private static final int[][] KERNELS = {
    {7, 3, 4},
    {1, 4, 2},
    {3, 2, 2},
    {1, 4, 8},
    {1, 2, 8},
    {1, 8, 2},
    {3, 2, 2},
    {1, 2, 8},
    {1, 8, 4},
    {3, 4, 4},
    {1, 8, 16},
    {1, 4, 16},
    {1, 16, 4},
    {3, 4, 4},
    {1, 4, 16}
  };

  private static final String[] LAYERS = {
    "conv1",
    "layer1.0.conv1",
    "layer1.0.conv2",
    "layer1.0.downsample.0",
    "layer1.0.conv3",
    "layer1.1.conv1",
    "layer1.1.conv2",
    "layer1.1.conv3",
    "layer2.0.conv1",
    "layer2.0.conv2",
    "layer2.0.downsample.0",
    "layer2.0.conv3",
    "layer2.1.conv1",
    "layer2.1.conv2",
    "layer2.1.conv3"
  };

  private static StateDict network(String trunk, String head) {
    StateDict state = new StateDict();
    for (int i = KERNELS.length - 1; i >= 0; i--) { // HDF5's order is another than the network's
      String suffix = i == 0 ? "" : "_" + i;
      int[] k = KERNELS[i];
      state.put(trunk + "conv2d" + suffix + "/vars/0", Tensor.full(i, k[0], k[0], k[1], k[2]));
      state.put(trunk + "conv2d" + suffix + "/vars/1", Tensor.zeros(k[2]));
      for (int v = 0; v < 4; v++) {
        String name = trunk + "batch_normalization" + suffix + "/vars/" + v;
        state.put(name, Tensor.full(10 * i + v, k[2]));
      }
    }
    return state
        .put(head + "dense/vars/0", Tensor.zeros(16, 5))
        .put(head + "dense/vars/1", Tensor.zeros(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"layers/", "_layer_checkpoint_dependencies/", "layers/functional/layers/"})
  void layersAreToldByTheirPositions(String trunk) {
    Renamed renamed = NameMap.toTorchvision(network(trunk, "layers/"));
    assertEquals(Optional.of(Convention.KERAS), renamed.convention());
    assertTrue(renamed.toString().contains("\nlayers told by their positions\n"));
    StateDict state = renamed.state();
    for (int i = 0; i < LAYERS.length; i++) {
      float[] kernel = state.get(LAYERS[i] + ".weight").toArray();
      assertEquals(i, kernel[0], LAYERS[i]);
      assertEquals(KERNELS[i][2], state.get(LAYERS[i] + ".weight").dim(0));
      String norm = LAYERS[i].replace("downsample.0", "downsample.1").replace("conv", "bn");
      assertEquals(10 * i + 1, state.get(norm + ".bias").toArray()[0], norm);
      assertEquals(10 * i + 2, state.get(norm + ".running_mean").toArray()[0], norm);
    }
    assertEquals("[5, 16]", state.get("fc.weight").shape().toString());
    assertEquals("layers/dense/vars/1", renamed.sources().get("fc.bias"));
    assertEquals(5 * LAYERS.length + 2, state.size());
  }

  @Test
  void otherNetworksKeepTheirNames() {
    StateDict plain = new StateDict();
    for (int i = 0; i < 3; i++) {
      String suffix = i == 0 ? "" : "_" + i;
      plain.put("layers/conv2d" + suffix + "/vars/0", Tensor.zeros(3, 3, 4, 4));
      plain.put("layers/batch_normalization" + suffix + "/vars/0", Tensor.zeros(4));
    }
    Renamed renamed = NameMap.toTorchvision(plain);
    assertEquals(Optional.empty(), renamed.convention());
    assertEquals(plain.names(), renamed.state().names());
    StateDict cut = new StateDict();
    for (Map.Entry<String, Tensor> entry : network("layers/", "layers/").tensors().entrySet()) {
      if (!entry.getKey().contains("_14/")) {
        cut.put(entry.getKey(), entry.getValue());
      }
    }
    assertEquals(Optional.empty(), NameMap.toTorchvision(cut).convention());
  }
}
