package dev.graft.weights;

import static dev.graft.weights.TarBytes.count;
import static dev.graft.weights.TarBytes.join;
import static dev.graft.weights.TarBytes.storage;
import static dev.graft.weights.TarBytes.tensor;
import static dev.graft.weights.WeightBytes.floats;
import static dev.graft.weights.WeightBytes.open;
import static dev.graft.weights.WeightBytes.refusal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class TorchTarTest {
  private static final byte[] NO_VIEWS = PickleBytes.begin().op(']').end();
  private static final byte[] SIX = storage(1, "FloatStorage", 6, floats(1, 2, 3, 4, 5, 6));
  private static final byte[] OBJECT =
      PickleBytes.begin().op('}').text("w").text("2").op('Q', 's').end();

  private static byte[] file(byte[] storages, byte[] tensors, byte[] pickle) {
    return new TarBytes()
        .add("storages", storages)
        .add("tensors", tensors)
        .add("pickle", pickle)
        .end();
  }

  private static byte[] with(byte[] tensor) {
    return file(join(count(1), SIX, NO_VIEWS), join(count(1), tensor), OBJECT);
  }

  @Test
  void stridesAndNumbersAsIds() throws IOException {
    byte[] pickle = PickleBytes.begin().op('}').text("w").number(2).op('Q', 's').end();
    byte[] tensor = tensor(2, 1, new long[] {2, 2}, new long[] {1, 2}, 1);
    byte[] bytes = file(join(count(1), SIX, NO_VIEWS), join(count(1), tensor), pickle);
    try (WeightFile file = open(bytes)) {
      assertEquals("torch tar", file.format());
      assertArrayEquals(new float[] {2, 4, 3, 5}, file.decode("w"));
    }
  }

  @Test
  void pickledModulesAreRefusedWithAdvice() {
    PickleBytes object = PickleBytes.begin().op('(').global("my.nets", "Net").text("net.py");
    byte[] pickle = object.text("source").op('t', 'Q', ')', 0x81).end();
    String message = refusal(file(join(count(0), NO_VIEWS), count(0), pickle));
    assertTrue(message.contains("my.nets.Net") && message.contains("state_dict()"), message);
  }

  @Test
  void whatReachesOutsideIsRefused() {
    refusal(with(tensor(2, 1, new long[] {7}, new long[] {1}, 0)));
    refusal(with(tensor(2, 1, new long[] {2}, new long[] {1}, 5)));
    refusal(with(tensor(2, 1, new long[] {-1}, new long[] {1}, 0)));
    refusal(with(tensor(2, 9, new long[] {1}, new long[] {1}, 0)));
    refusal(with(tensor(2, 1, new long[65], new long[65], 0)));
    byte[] huge = storage(1, "FloatStorage", 1L << 60, floats(1));
    refusal(file(join(count(1), huge, NO_VIEWS), count(0), OBJECT));
    refusal(file(join(count(1L << 40), SIX, NO_VIEWS), count(0), OBJECT));
    refusal(file(join(count(2), SIX, SIX, NO_VIEWS), count(0), OBJECT));
    refusal(file(join(count(0), NO_VIEWS), count(0), OBJECT));
    byte[] view =
        PickleBytes.begin().op(']', '(').number(3).number(1).number(5).number(2).op('t', 'a').end();
    refusal(file(join(count(1), SIX, view), count(0), OBJECT));
  }

  @Test
  void otherTarArchivesAreTold() {
    String message = refusal(new TarBytes().add("readme", new byte[5]).end());
    assertTrue(message.contains("no \"storages\""), message);
    refusal(new TarBytes().add("storages", '0', "77777777777", new byte[5]).end());
    refusal(new TarBytes().add("storages", '0', "xyz", new byte[5]).end());
    refusal(new TarBytes().add("a", new byte[0]).add("a", new byte[0]).end());
  }
}
