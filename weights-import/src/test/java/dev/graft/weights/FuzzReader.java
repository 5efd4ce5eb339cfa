package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Each reader as fuzzers call it: inputs to begin with, and what must hold of any input. */
enum FuzzReader {
  NPZ(new Npz()) {
    @Override
    List<byte[]> seeds() {
      return List.of(NumpyBytes.small(), NumpyBytes.compressed(NumpyBytes.smallArrays()));
    }
  },
  NPY(new Npy()) {
    @Override
    List<byte[]> seeds() {
      byte[] data = WeightBytes.floats(1, 2, 3, 4, 5, 6);
      return List.of(
          NumpyBytes.npy(1, "<f4", true, "(2, 3)", data),
          NumpyBytes.npy(3, ">f8", false, "(3,)", data));
    }
  },
  TORCH_ZIP(new TorchZip()) {
    @Override
    List<byte[]> seeds() {
      return List.of(WeightBytes.smallZip());
    }
  },
  /** What is inside a zip archive, without the archive's own checks in its way. */
  PICKLE(new TorchZip()) {
    @Override
    List<byte[]> seeds() {
      List<byte[]> seeds = new ArrayList<>();
      PickleBytes plain = PickleBytes.begin().op('}', 'q', 0, '(');
      plain.text("w").tensor("FloatStorage", "0", 2, 3);
      seeds.add(plain.text("b").tensor("LongStorage", "1", 1).op('u').end());
      PickleBytes rebuilt = PickleBytes.begin().op('}').text("state_dict").op('}', '(');
      rebuilt.text("p").global("torch._utils", "_rebuild_parameter").op('(');
      rebuilt.tensor("FloatStorage", "0", 6).op(0x88, '}', 't', 'R');
      rebuilt.text("s").global("torch._tensor", "_rebuild_from_type_v2").op('(');
      rebuilt.global("torch._utils", "_rebuild_tensor_v2").global("my", "Tensor").op('(');
      rebuilt.storage("FloatStorage", "0", 6).number(2).numbers(3).numbers(1).op(0x89, '}', 't');
      seeds.add(rebuilt.op('}', 't', 'R', 'u', 's').end());
      PickleBytes other = PickleBytes.begin().global("argparse", "Namespace").op(')', 0x81, '}');
      seeds.add(other.text("lr").op('G').i64(0).op('s', 'b', ']', 'N', 'a', 0x86).end());
      return seeds;
    }

    @Override
    byte[] file(byte[] input) {
      Map<String, byte[]> storages = new LinkedHashMap<>();
      storages.put("0", WeightBytes.floats(1, 2, 3, 4, 5, 6));
      storages.put("1", new byte[8]);
      return WeightBytes.zip(input, storages);
    }
  },
  TORCH_LEGACY(new TorchLegacy()) {
    @Override
    List<byte[]> seeds() {
      return List.of(WeightBytes.smallLegacy());
    }
  },
  TORCH_TAR(new TorchTar()) {
    @Override
    List<byte[]> seeds() {
      return List.of(TarBytes.small());
    }
  },
  ONNX(new OnnxFormat()) {
    @Override
    List<byte[]> seeds() {
      OnnxBytes external = OnnxBytes.tensor("e", 1, 1).external("location", "x").number(14, 1);
      return List.of(
          OnnxBytes.small(),
          OnnxBytes.model(OnnxBytes.tensor("i", 7, 2).bytes(7, new byte[] {1, 2})),
          OnnxBytes.model(OnnxBytes.tensor("f", 10, 1).number(5, 1).text(8, "g")),
          OnnxBytes.model(external));
    }
  },
  SAFETENSORS(new SafetensorsFormat()) {
    @Override
    List<byte[]> seeds() {
      return List.of(WeightBytes.smallSafetensors());
    }
  },
  SHARD_INDEX(null) {
    @Override
    List<byte[]> seeds() {
      String json =
          "{\"metadata\":{\"n\":1.5,\"b\":true},\"weight_map\":{\"a\":\"1\",\"b\":\"2\"}}";
      return List.of(json.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    void read(FileBytes file) throws IOException {
      ShardIndex.parse(file);
    }
  },
  KERAS_ARCHIVE(new KerasArchive()) {
    @Override
    List<byte[]> seeds() {
      return List.of(SampleFile.KERAS_ARCHIVE.bytes());
    }
  },
  HDF5(new KerasHdf5()) {
    @Override
    List<byte[]> seeds() {
      return Hdf5Seeds.all();
    }
  };

  /** What the smallest input may cost: an exception's stack trace, tables, a decoded tensor. */
  private static final long FREE_MEMORY = 2 << 20;

  private static final int MEMORY_PER_BYTE = 128;
  private static final long LONGEST_NANOS = 1_000_000_000L;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final WeightFormat format;

  FuzzReader(WeightFormat format) {
    this.format = format;
  }

  /** Small right inputs. */
  abstract List<byte[]> seeds();

  /** The file that an input stands for. */
  byte[] file(byte[] input) {
    return input;
  }

  void read(FileBytes file) throws IOException {
    if (!format.matches(file)) {
      return;
    }
    try (WeightFile weights = new WeightFile(file, format.name(), format.parse(file))) {
      for (WeightEntry entry : weights.entries()) {
        weights.decode(entry.name());
      }
    }
  }

  /** What one reading of a file cost. */
  private record Cost(long nanos, long bytes) {
    boolean isTooMuchFor(byte[] file) {
      return nanos > LONGEST_NANOS || bytes > FREE_MEMORY + (long) MEMORY_PER_BYTE * file.length;
    }
  }

  /**
   * Reads an input: whatever comes of it, it is weights or the documented exception, within a
   * second, and it costs no more memory than a small multiple of the input's size. What costs too
   * much is read again, since classes that load for the first time count, too, and pauses of the
   * machine.
   */
  void check(byte[] input) throws IOException {
    byte[] file = file(input);
    Cost cost = cost(file);
    for (int again = 0; again < 3 && cost.isTooMuchFor(file); again++) {
      cost = cost(file);
    }
    assertFalse(cost.isTooMuchFor(file), cost + " for a file of " + file.length + " bytes");
  }

  private Cost cost(byte[] file) throws IOException {
    long start = System.nanoTime();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      read(FileBytes.of("test.pt", file));
    } catch (WeightFormatException e) {
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    return new Cost(System.nanoTime() - start, allocated);
  }
}
