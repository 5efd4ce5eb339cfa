package dev.graft.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.models.Architecture;
import dev.graft.models.ResNet;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Tensor;
import dev.graft.testing.SharedData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The variants that have no stored reference values answer as the same networks made of PyTorch's
 * layers, on images of an odd size, where the shortcuts' pooling windows hang over. Skipped where
 * no Python with PyTorch is installed (Debian's python3-torch).
 */
class ResNetVariantsTest {
  private static final int SIZE = 71;
  private static final List<String> NAMES =
      List.of(
          "resnet10t",
          "resnet18d",
          "resnet26t",
          "resnet50c",
          "resnet50d",
          "resnet50e",
          "resnet50s",
          "resnet50_stride1x1",
          "resnet50d_stride1x1",
          "resnext50d_32x4d",
          "resnext50_32x4d_stride1x1");

  @TempDir private Path folder;

  @Test
  void answerAsInPyTorch() throws IOException, InterruptedException {
    String python = pythonWithTorch();
    Path script = folder.resolve("resnet-variants.py");
    try (InputStream in = getClass().getResourceAsStream("resnet-variants.py")) {
      Files.copy(in, script);
    }
    String seed = Files.readString(SharedData.golden("models/seed")).strip();
    Path specs = folder.resolve("specs.txt");
    Files.writeString(
        specs, NAMES.stream().map(ResNetVariantsTest::spec).collect(Collectors.joining()));
    Process run =
        new ProcessBuilder(python, script.toString(), seed)
            .redirectInput(specs.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> answers = run.inputReader().lines().toList();
    assertEquals(0, run.waitFor(), "the script failed");
    assertEquals(NAMES.size(), answers.size());
    FormulaWeights weights = FormulaWeights.read();
    for (String line : answers) {
      check(line.split(" "), weights);
    }
  }

  /** A line for the script. */
  private static String spec(String name) {
    Architecture a = Architecture.of(name, 7);
    return String.join(
            " ",
            name,
            a.block().name(),
            join(a.blocks()),
            "" + a.groups(),
            "" + a.groupWidth(),
            join(a.stem().channels()),
            a.shortcut().name(),
            a.stride().name(),
            "" + a.classes(),
            "" + SIZE)
        .toLowerCase(Locale.ROOT)
        .concat("\n");
  }

  private static String join(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static void check(String[] field, FormulaWeights weights) {
    String name = field[0];
    ResNet net = ResNet.of(Architecture.of(name, 7), null);
    net.load(weights.fill(net.stateDict())).orThrow();
    net.eval();
    Tensor x = weights.input("input", 2, 3, SIZE, SIZE);
    float[] logits = Autograd.noGrad(() -> net.apply(x)).toArray();
    float[] expected = new float[logits.length];
    float most = 0;
    for (int i = 0; i < expected.length; i++) {
      expected[i] = Float.parseFloat(field[2 + i]);
      most = Math.max(most, Math.abs(expected[i]));
    }
    assertEquals(field[1], "" + net.numParameters(), name + ": parameters");
    assertArrayEquals(expected, logits, 1e-4f * most, name);
  }

  private static String pythonWithTorch() throws InterruptedException {
    for (String python : List.of("/usr/bin/python3", "python3", "python")) {
      try {
        Process probe = new ProcessBuilder(python, "-c", "import torch, numpy").start();
        if (probe.waitFor() == 0) {
          return python;
        }
      } catch (IOException absent) {
        continue;
      }
    }
    return Assumptions.abort("no Python with PyTorch (Debian: python3-torch)");
  }
}
