package dev.graft.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.data.ImageFolder;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import dev.graft.testing.SharedData;
import dev.graft.transfer.Classifier;
import dev.graft.transfer.Evaluation;
import dev.graft.transfer.FolderRun;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Published CIFAR-10 networks, read as they are, against PyTorch's answers to 10,000 JPEGs. */
class CifarNetsTest {
  @ParameterizedTest
  @CsvSource({
    "resnet20-12fca82f.th, cifar10-resnet20, 0.8103",
    "resnet56-4bfd9763.th, cifar10-resnet56, 0.8320"
  })
  void answersAsPyTorchDoes(String weights, String golden, double accuracy) throws IOException {
    Classifier network = Classifier.load(SharedData.file("weights/" + weights));
    Path test = Archives.unpacked("cifar10-jpeg.tar.gz", "test/").resolve("test");
    StateDict expected = Weights.load(SharedData.golden("models/" + golden + ".safetensors"));

    FolderRun run =
        FolderRun.of(ImageFolder.of(test), network.preprocessing(), network::logits, done -> {});
    int[] predicted = run.outputs().argmax(1);

    assertEquals(10_000, predicted.length);
    Evaluation evaluation = Evaluation.of(network.classes(), run.labels(), predicted);
    assertEquals(accuracy, evaluation.accuracy(), 0.001);
    float[] reference = expected.get("predictions").toArray();
    int same = 0;
    for (int i = 0; i < predicted.length; i++) {
      same += predicted[i] == (int) reference[i] ? 1 : 0;
    }
    assertTrue(same >= 9_990, same + " of 10,000 as in PyTorch");
  }

  @Test
  void logitsOfStoredPixels() throws IOException {
    Classifier network = Classifier.load(SharedData.file("weights/resnet20-12fca82f.th"));
    StateDict golden = Weights.load(SharedData.golden("models/cifar10-resnet20.safetensors"));
    float[] pixels = golden.get("pixels.first_of_each_class").toArray();
    float[] input = new float[pixels.length];
    for (int i = 0; i < input.length; i++) {
      int channel = i / 1024 % 3;
      float mean = network.preprocessing().mean().get(channel);
      input[i] = (pixels[i] / 255 - mean) / network.preprocessing().std().get(channel);
    }
    float[] logits = network.logits(Tensor.of(input, 10, 3, 32, 32)).toArray();
    float[] expected = golden.get("logits.first_of_each_class").toArray();
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], logits[i], 1e-3f, "logit " + i);
    }
  }
}
