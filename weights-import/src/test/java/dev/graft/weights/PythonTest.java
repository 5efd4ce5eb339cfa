package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files from and for the real PyTorch, NumPy, safetensors and h5py, where these are installed. */
class PythonTest {
  @TempDir private Path folder;

  private static void assertSameValues(StateDict expected, StateDict actual) {
    assertEquals(List.copyOf(expected.names()), List.copyOf(actual.names()));
    for (String name : expected.names()) {
      assertEquals(expected.get(name).shape(), actual.get(name).shape(), name);
      assertArrayEquals(expected.get(name).toArray(), actual.get(name).toArray(), name);
    }
  }

  @Test
  void whatTorchAndNumpyWriteIsRead() throws IOException {
    Python.require("torch");
    Python.script("torch", "write-torch.py", folder);
    StateDict expected = Weights.load(folder.resolve("expected.npz"));
    assertEquals(19, expected.size());
    for (String name :
        List.of(
            "compressed.npz",
            "fortran.npz",
            "plain-zip.pt",
            "plain-legacy.pt",
            "plain-tar.pt",
            "checkpoint-zip.pt",
            "checkpoint-legacy.pt")) {
      StateDict read = Weights.load(folder.resolve(name));
      assertSameValues(expected, read);
      if (name.endsWith(".pt")) {
        assertSame(read.get("parameter"), read.get("tied"), name);
      }
    }
    for (String name : List.of("complex-zip.pt", "complex-legacy.pt")) {
      String message =
          assertThrows(WeightFormatException.class, () -> Weights.open(folder.resolve(name)))
              .getMessage();
      assertTrue(message.contains("\"c\"") && message.contains("Complex"), message);
    }
    try (WeightFile file = Weights.open(folder.resolve("plain-zip.pt"))) {
      Path pth = folder.resolve("converted.pth");
      new WeightConverter(WeightConverter.Target.PTH).write(file, pth);
      String listing = Python.script("torch", "read-torch.py", pth, folder.resolve("back.npz"));
      assertTrue(listing.contains("bf16 bfloat16 [4, 6] bf16"), listing);
      assertTrue(listing.contains("tied float32 [2, 2] parameter"), listing);
      assertTrue(listing.contains("i64 int64 [2] i64"), listing);
      assertSameValues(expected, Weights.load(folder.resolve("back.npz")));
    }
  }

  @Test
  void torchReadsWhatIsWritten() throws IOException {
    Python.require("torch");
    Tensor tied = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    StateDict weights =
        new StateDict()
            .put("conv.weight", tied)
            .put("bn.num_batches_tracked", Tensor.scalar(7))
            .put("none", Tensor.of(new float[0], 0, 3))
            .put("fc.weight", tied)
            .put("é", Tensor.of(new float[] {Float.NaN, -0f, Float.MIN_VALUE}, 3));
    Path path = folder.resolve("w.pth");
    TorchSave.write(path, weights);
    String listing = Python.script("torch", "read-torch.py", path, folder.resolve("w.npz"));
    assertEquals(
        """
        conv.weight float32 [2, 3] conv.weight
        bn.num_batches_tracked int64 [] bn.num_batches_tracked
        none float32 [0, 3] none
        fc.weight float32 [2, 3] conv.weight
        é float32 [3] é
        """,
        listing);
    assertSameValues(weights, Weights.load(folder.resolve("w.npz")));
  }

  @Test
  void safetensorsReadsWhatIsWritten() throws IOException {
    Python.require("safetensors");
    StateDict weights =
        new StateDict()
            .put("a", Tensor.of(new float[] {1, 2.5f, -3}, 3))
            .put("b", Tensor.scalar(7))
            .put("none", Tensor.of(new float[0], 0, 3));
    for (DType dtype : List.of(DType.F32, DType.F16)) {
      Path path = folder.resolve(dtype + ".safetensors");
      Safetensors.write(path, weights, Map.of("format", "pt"), dtype);
      String printed =
          Python.script("safetensors", "read-safetensors.py", path, folder.resolve("s.npz"));
      assertTrue(printed.contains("{'format': 'pt'}"), printed);
      StateDict read = Weights.load(folder.resolve("s.npz"));
      for (String name : weights.names()) {
        assertArrayEquals(weights.get(name).toArray(), read.get(name).toArray(), name);
      }
    }
  }

  @Test
  void whatH5pyWritesIsRead() throws IOException {
    Python.require("h5py");
    Python.script("h5py", "write-keras.py", folder);
    StateDict expected = Weights.load(folder.resolve("expected.npz"));
    for (String name :
        List.of(
            "weights-earliest",
            "weights-latest",
            "model",
            "big-endian",
            "gzip",
            "chunked",
            "newer",
            "newer-gzip")) {
      StateDict read = Weights.load(folder.resolve(name + ".h5"));
      StateDict renamed = new StateDict();
      read.tensors().forEach((key, tensor) -> renamed.put(key.replace('/', '|'), tensor));
      assertSameValues(expected, renamed);
    }
    StateDict pages = Weights.load(folder.resolve("pages.h5"));
    assertEquals(5, pages.size());
    for (Tensor tensor : pages.tensors().values()) {
      assertArrayEquals(Tensor.arange(6000).toArray(), tensor.toArray());
    }
    String growing =
        assertThrows(WeightFormatException.class, () -> Weights.open(folder.resolve("growing.h5")))
            .getMessage();
    assertTrue(growing.contains("\"g\" is laid out in a way of HDF5 1.10"), growing);
    StateDict keras3 = Weights.load(folder.resolve("keras3.weights.h5"));
    assertEquals(600, keras3.size());
    assertEquals(2991f, keras3.get("layers/dense_299/vars/1").toArray()[2]);
    StateDict ordered = Weights.load(folder.resolve("ordered.h5"));
    assertEquals(2000, ordered.size());
    int i = 0;
    for (String name : ordered.names()) {
      assertEquals("g/w" + i * 7919L % 2000, name);
      assertEquals(i++, ordered.get(name).item());
    }
  }
}
