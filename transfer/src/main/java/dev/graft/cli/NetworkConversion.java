package dev.graft.cli;

import dev.graft.models.Head;
import dev.graft.nn.Layer;
import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.transfer.FoundWeights;
import dev.graft.transfer.Trunks;
import dev.graft.weights.DType;
import dev.graft.weights.NameMap;
import dev.graft.weights.Renamed;
import dev.graft.weights.Safetensors;
import dev.graft.weights.TorchSave;
import dev.graft.weights.Weights;
import dev.graft.weights.onnx.OnnxExport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code graft convert} writes once it knows the network that the weights are of. */
final class NetworkConversion {
  private NetworkConversion() {}

  /**
   * Writes the network with its weights as ONNX, for any number of images at once.
   *
   * @param size the images' side; 0: what the network was trained on
   * @return the network, and what its images go through
   */
  static Trunks.Trunk onnx(FoundWeights weights, int size, Path out) throws IOException {
    Trunks.Trunk trunk = weights.trunk(Head.keep());
    Layer network = trunk.backbone().network();
    int side = side(size, trunk);
    OnnxExport.of(network::apply, Shape.of(1, 3, side, side))
        .withNames(network.stateDict())
        .withDynamicBatch()
        .write(out);
    return trunk;
  }

  /** The side of the images that go into the ONNX file. */
  static int side(int size, Trunks.Trunk trunk) {
    return size == 0 ? trunk.preprocessing().crop() : size;
  }

  /**
   * Writes a ResNet's weights under torchvision's names and in PyTorch's form, as {@code
   * load_state_dict} takes them.
   *
   * @param floats the type of floating-point tensors; null: float32
   */
  static Renamed torchvision(FoundWeights weights, boolean pth, DType floats, Path out)
      throws IOException {
    Renamed renamed;
    try {
      renamed = NameMap.toTorchvision(Weights.load(weights.file()));
    } catch (IllegalArgumentException e) {
      throw new IOException(weights.file() + ": " + e.getMessage(), e);
    }
    if (renamed.convention().isEmpty()) {
      throw new IOException(
          weights.file()
              + ": its names are no ResNet's that is known here; graft inspect shows them");
    }
    StateDict state = renamed.state();
    if (pth && floats != null && floats != DType.F32) {
      throw new IllegalArgumentException(
          "--names torchvision writes .pth as f32; convert the result again for " + floats);
    }
    if (pth) {
      TorchSave.write(out, state);
    } else {
      Map<String, String> metadata = new LinkedHashMap<>(state.metadata());
      metadata.putIfAbsent("format", "pt");
      Safetensors.write(out, state, metadata, floats == null ? DType.F32 : floats);
    }
    return renamed;
  }
}
