package dev.graft.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.graft.models.Architecture;
import dev.graft.models.ResNet;
import dev.graft.nn.Layer;
import dev.graft.tensor.Rng;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import dev.graft.weights.Safetensors;
import dev.graft.weights.TorchSave;
import dev.graft.weights.WeightFile;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code graft inspect} and {@code graft convert}. */
class WeightCommandsTest {
  @TempDir private Path folder;

  private record Outcome(int code, String out, String err) {}

  private static Outcome run(Object command, Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    int code =
        Main.commandLine(command)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(texts);
    return new Outcome(code, out.toString(), err.toString());
  }

  private Path small() throws IOException {
    Tensor tied = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    StateDict weights =
        new StateDict()
            .put("embed.weight", tied)
            .put("head.weight", tied)
            .put("bn.num_batches_tracked", Tensor.scalar(7));
    Path path = folder.resolve("w.pth");
    TorchSave.write(path, weights);
    return path;
  }

  @Test
  void inspectShowsWhatThereIs() throws IOException {
    Path path = small();
    Outcome outcome = run(new InspectCommand(), path);
    assertEquals(0, outcome.code, outcome.err);
    assertEquals(
        """
        file       %s (%,d bytes)
        format     torch zip
        network    not one that is known here
        values     13 in 3 tensors
        types      2 F32, 1 I64

        tensor                  type     shape           values           bytes
        embed.weight            F32      [2, 3]               6              24
        head.weight             F32      [2, 3]               6              24  same as embed.weight
        bn.num_batches_tracked  I64      []                   1               8
        total                                                13              32
        """
            .formatted(path, Files.size(path)),
        outcome.out);
  }

  @Test
  void inspectRecognisesNetworksWithoutReadingThem() throws IOException {
    Layer network = Architecture.of("cifar_resnet20", 10).build(null);
    Path path = folder.resolve("net.safetensors");
    Safetensors.write(path, network.stateDict());
    JsonObject result =
        JsonParser.parseString(run(new InspectCommand(), "--json", path).out).getAsJsonObject();
    assertEquals("cifar_resnet20, 10 classes", result.get("network").getAsString());
    assertEquals("safetensors", result.get("format").getAsString());
    assertEquals(Files.size(path), result.get("bytes").getAsLong());
    JsonObject first = result.getAsJsonArray("tensors").get(0).getAsJsonObject();
    assertEquals(
        "{\"name\":\"conv1.weight\",\"dtype\":\"F32\",\"shape\":[16,3,3,3],\"bytes\":1728}",
        first.toString());
  }

  @Test
  void inspectKnowsTheNetworkUnderOtherNames() throws IOException {
    StateDict hugging = new StateDict();
    Layer network = Architecture.of("resnet18", 10).build(null);
    network
        .stateDict()
        .tensors()
        .forEach((name, tensor) -> {
          String other =
              name.replaceFirst("^conv1", "resnet.embedder.embedder.convolution")
                  .replaceFirst("^bn1", "resnet.embedder.embedder.normalization")
                  .replaceFirst("^fc", "classifier.1")
                  .replace("downsample.0", "shortcut.convolution")
                  .replace("downsample.1", "shortcut.normalization");
          for (int k = 1; k <= 4; k++) {
            other =
                other
                    .replaceFirst(
                        "^layer" + k + "\\.(\\d)",
                        "resnet.encoder.stages." + (k - 1) + ".layers.$1")
                    .replace(".conv" + k, ".layer." + (k - 1) + ".convolution")
                    .replace(".bn" + k, ".layer." + (k - 1) + ".normalization");
          }
          hugging.put(other, tensor);
        });
    Path path = folder.resolve("hugging.safetensors");
    Safetensors.write(path, hugging);
    Outcome outcome = run(new InspectCommand(), path);
    assertTrue(
        outcome.out.contains("network    resnet18, 10 classes, Hugging Face's names"), outcome.out);
  }

  @Test
  void namesCannotMoveTheCursor() throws IOException {
    Path path = folder.resolve("x.safetensors");
    StateDict weights = new StateDict().put("a\u001b[2Jb\u202e", Tensor.scalar(1));
    weights.metadata().put("k\n", "v\r");
    Safetensors.write(path, weights);
    String out = run(new InspectCommand(), path).out;
    assertTrue(out.contains("a\uFFFD[2Jb\uFFFD") && out.contains("k\uFFFD = v\uFFFD"), out);
  }

  @Test
  void refusalsAreOneLine() throws IOException {
    Path path = Files.writeString(folder.resolve("page.pth"), "<html>");
    for (Object command : new Object[] {new InspectCommand(), new ConvertCommand()}) {
      Outcome outcome =
          command instanceof InspectCommand
              ? run(command, path)
              : run(command, path, folder.resolve("o.pth"));
      assertEquals(1, outcome.code);
      assertTrue(outcome.err.contains("page.pth: is a web page, not weights"), outcome.err);
      assertEquals(1, outcome.err.lines().count());
      assertEquals("", outcome.out);
    }
  }

  @Test
  void convertGoesThereAndBack() throws IOException {
    Path safetensors = folder.resolve("w.safetensors");
    Outcome outcome = run(new ConvertCommand(), small(), safetensors);
    assertEquals(0, outcome.code, outcome.err);
    assertTrue(outcome.out.contains("values     13 in 3 tensors"), outcome.out);
    assertEquals("pt", Weights.load(safetensors).metadata().get("format"));
    Path back = folder.resolve("back");
    assertEquals(0, run(new ConvertCommand(), "--to", "pth", safetensors, back).code);
    StateDict read = Weights.load(back);
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, read.get("head.weight").toArray());
    assertEquals(
        "[embed.weight F32 [2, 3], head.weight F32 [2, 3]," + " bn.num_batches_tracked I64 []]",
        entries(back));
    Path halves = folder.resolve("h.PT");
    assertEquals(0, run(new ConvertCommand(), "--dtype", "bf16", small(), halves).code);
    assertEquals(
        "[embed.weight BF16 [2, 3], head.weight BF16 [2, 3]," + " bn.num_batches_tracked I64 []]",
        entries(halves));
    read = Weights.load(halves);
    assertSame(read.get("embed.weight"), read.get("head.weight"));
  }

  @Test
  void convertWritesNetworksAsOnnx() throws IOException {
    Path weights = folder.resolve("net.pth");
    TorchSave.write(weights, ResNet.cifar(8, 10, Rng.of(1)).stateDict());
    Path onnx = folder.resolve("net.onnx");
    Outcome outcome = run(new ConvertCommand(), weights, onnx);
    assertEquals(0, outcome.code, outcome.err);
    assertEquals(
        """
        read       %s
        network    cifar_resnet8, 10 classes
        wrote      %s (%,d bytes)
        input      [batch, 3, 32, 32], images by resize=32 crop=32 filter=bilinear \
        mean=0.485,0.456,0.406 std=0.229,0.224,0.225
        output     [batch, 10]
        """
            .formatted(weights, onnx, Files.size(onnx)),
        outcome.out);
    assertTrue(run(new InspectCommand(), onnx).out.contains("format     onnx\n"));
    outcome = run(new ConvertCommand(), "--json", "--size", "48", weights, "--force", onnx);
    JsonObject result = JsonParser.parseString(outcome.out).getAsJsonObject();
    assertEquals("[\"batch\",3,48,48]", result.get("input").toString());
    assertTrue(err("--dtype", "f16", weights, onnx).contains("onnx files are written as f32"));
    assertTrue(err("--force", small(), onnx).contains("are no ResNet's that is known here"));
  }

  @Test
  void convertBringsTorchvisionsNames() throws IOException {
    StateDict other = new StateDict();
    StateDict own = ResNet.of(Architecture.of("resnet10t", 3), Rng.of(1)).stateDict();
    own.tensors().forEach((name, tensor) -> other.put("encoder." + name, tensor));
    Path in = folder.resolve("in.safetensors");
    Safetensors.write(in, other.put("projector.weight", Tensor.ones(2)));
    for (String name : new String[] {"out.pth", "out.safetensors"}) {
      Path out = folder.resolve(name);
      Outcome outcome = run(new ConvertCommand(), "--names", "torchvision", in, out);
      assertEquals(0, outcome.code, outcome.err);
      assertTrue(outcome.out.contains("\"encoder.\" taken off"), outcome.out);
      StateDict read = Weights.load(out);
      assertEquals(own.names(), read.names());
      assertArrayEquals(own.get("fc.weight").toArray(), read.get("fc.weight").toArray());
    }
    assertTrue(
        err("--names", "torchvision", small(), folder.resolve("x.pth"))
            .contains("its names are no ResNet's that is known here"));
  }

  private static String entries(Path path) throws IOException {
    try (WeightFile file = Weights.open(path)) {
      return file.entries().toString();
    }
  }

  @Test
  void convertReplacesOnlyByForce() throws IOException {
    Path out = Files.writeString(folder.resolve("o.safetensors"), "precious");
    Outcome outcome = run(new ConvertCommand(), small(), out);
    assertEquals(1, outcome.code);
    assertTrue(outcome.err.endsWith("o.safetensors: exists already; --force replaces it\n"));
    assertEquals("precious", Files.readString(out));
    assertEquals(0, run(new ConvertCommand(), "--force", small(), out).code);
    assertEquals(3, Weights.load(out).size());
  }

  @Test
  void convertSaysWhatIsWrongWithOut() throws IOException {
    Path in = small();
    Outcome outcome = run(new ConvertCommand(), in, folder.resolve("o.xyz"));
    assertEquals(2, outcome.code);
    assertTrue(
        outcome.err.contains(
            "o.xyz: no format has this suffix; say --to safetensors, --to pth or --to onnx"),
        outcome.err);
    assertTrue(err(in, folder.resolve("none").resolve("o.pth")).contains("folder does not exist"));
    assertTrue(err("--to", "pth", in, folder).contains("is a folder; name the file"));
    assertTrue(err("--force", in, in).contains("is the file to read as well"));
    assertEquals(2, run(new ConvertCommand(), "--dtype", "f64", in, folder.resolve("o.pt")).code);
  }

  private static String err(Object... arguments) {
    Outcome outcome = run(new ConvertCommand(), arguments);
    assertEquals(1, outcome.code);
    return outcome.err;
  }

  @Test
  void convertSaysWhatStaysBehind() throws IOException {
    StateDict weights = new StateDict().put("w", Tensor.scalar(1));
    weights.metadata().put("classes", "ant bee");
    Path in = folder.resolve("m.safetensors");
    Safetensors.write(in, weights);
    String out = run(new ConvertCommand(), in, folder.resolve("m.pth")).out;
    assertTrue(out.contains("left out   metadata, which .pth has no place for: classes"), out);
  }
}
