package dev.graft.weights;

import static dev.graft.weights.WeightBytes.floats;
import static dev.graft.weights.WeightBytes.open;
import static dev.graft.weights.WeightBytes.refusal;
import static dev.graft.weights.WeightBytes.zip;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TorchCheckpointTest {
  private static final Map<String, byte[]> ONE = Map.of("0", floats(1, 2, 3, 4, 5, 6));

  @Test
  void averagedWeightsComeFirstAndWhatSurroundsThemIsTold() throws IOException {
    PickleBytes pickle = PickleBytes.begin().op('}', '(');
    pickle.text("epoch").number(3).text("arch").text("tiny").text("optimizer").op(']');
    pickle.text("args").global("argparse", "Namespace").op(')', 0x81);
    pickle.text("state_dict").op('}').text("old").tensor("FloatStorage", "0", 2, 3).op('s');
    pickle.text("state_dict_ema").op('}', '(');
    pickle.text("module.w").tensor("FloatStorage", "0", 6).text("module.n").number(1).op('u', 'u');
    try (WeightFile file = open(zip(pickle.end(), ONE))) {
      assertEquals("[w F32 [6]]", file.entries().toString());
      assertEquals(List.of("state_dict_ema"), file.wrapping());
      assertEquals("module.", file.prefix());
      assertEquals(Map.of("epoch", "3", "arch", "tiny"), file.metadata());
    }
  }

  /** A counter beside an averaged network, which is DataParallel's as well. */
  @Test
  void anAverageIsSeenThrough() throws IOException {
    PickleBytes pickle = PickleBytes.begin().op('}').text("model_ema").op('}', '(');
    pickle.text("n_averaged").tensor("FloatStorage", "0", 6);
    pickle.text("module.w").tensor("FloatStorage", "0", 2, 3).op('u', 's');
    try (WeightFile file = open(zip(pickle.end(), ONE))) {
      assertEquals("[n_averaged F32 [6], w F32 [2, 3]]", file.entries().toString());
      assertEquals("module.", file.prefix());
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, file.decode("w"));
    }
  }

  @Test
  void severalSetsOfWeightsAreNotGuessedBetween() {
    PickleBytes pickle = PickleBytes.begin().op('}', '(');
    for (String key : List.of("generator", "discriminator", "optimizer_d")) {
      pickle.text(key).op('}').text("w").tensor("FloatStorage", "0", 6).op('s');
    }
    String message = refusal(zip(pickle.op('u').end(), ONE));
    assertTrue(
        message.endsWith(
            "holds several sets of weights, under \"generator\" and \"discriminator\"; in Python"
                + " save the one that is meant: torch.save(torch.load(\"…\")[\"generator\"],"
                + " \"weights.pt\")"),
        message);
  }

  /** The state of a generator of random numbers lies beside them. */
  @Test
  void theLargerSetIsTheWeights() throws IOException {
    PickleBytes pickle = PickleBytes.begin().op('}', '(');
    pickle.text("seed").tensor("FloatStorage", "0", 6).text("trunk").op('}', '(');
    pickle.text("a").tensor("FloatStorage", "0", 6).text("b").tensor("FloatStorage", "0", 2, 3);
    try (WeightFile file = open(zip(pickle.op('u', 'u').end(), ONE))) {
      assertEquals("[a F32 [6], b F32 [2, 3]]", file.entries().toString());
      assertEquals(List.of("trunk"), file.wrapping());
    }
  }

  @Test
  void numbersAsKeysAndDefaultsAreRead() throws IOException {
    PickleBytes pickle = PickleBytes.begin().global("collections", "defaultdict");
    pickle.global("__builtin__", "list").op(0x85, 'R', '(');
    pickle.number(0).tensor("FloatStorage", "0", 6).text("when").global("datetime", "date");
    pickle.number(7).op(0x85, 'R', 'u');
    try (WeightFile file = open(zip(pickle.end(), ONE))) {
      assertEquals("[0 F32 [6]]", file.entries().toString());
      assertEquals(List.of("when"), file.skipped());
    }
    PickleBytes twice = PickleBytes.begin().op('}', '(');
    twice.number(0).tensor("FloatStorage", "0", 6).text("0").tensor("FloatStorage", "0", 2, 3);
    assertTrue(refusal(zip(twice.op('u').end(), ONE)).contains("two tensors called \"0\""));
  }

  @Test
  void parametersAndSubclassesAreTheirData() throws IOException {
    PickleBytes pickle = PickleBytes.begin().op('}', '(');
    pickle.text("p").global("torch._utils", "_rebuild_parameter").op('(');
    pickle.tensor("FloatStorage", "0", 6).op(0x88, '}', 't', 'R');
    pickle.text("s").global("torch._tensor", "_rebuild_from_type_v2").op('(');
    pickle.global("torch._utils", "_rebuild_tensor_v2").global("my", "Tensor").op('(');
    pickle.storage("FloatStorage", "0", 6).number(2).numbers(3).numbers(1).op(0x89, '}', 't');
    pickle.op('}', 't', 'R', 'u');
    try (WeightFile file = open(zip(pickle.end(), ONE))) {
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, file.decode("p"));
      assertArrayEquals(new float[] {3, 4, 5}, file.decode("s"));
    }
  }

  @Test
  void untypedStoragesTakeTheirTypeFromTheTensor() throws IOException {
    PickleBytes pickle = PickleBytes.begin().op('}').text("w");
    pickle.global("torch._utils", "_rebuild_tensor_v3").op('(');
    pickle.op('(').text("storage").global("torch.storage", "UntypedStorage").text("0").text("cpu");
    pickle.number(24).op('t', 'Q').number(1).numbers(2).numbers(1).op(0x89, '}');
    pickle.global("torch", "float8_e4m3fn").op('t', 'R', 's');
    byte[] data = new byte[24];
    data[1] = 0x38;
    data[2] = 0x40;
    try (WeightFile file = open(zip(pickle.end(), Map.of("0", data)))) {
      assertEquals("[w F8_E4M3 [2]]", file.entries().toString());
      assertArrayEquals(new float[] {1, 2}, file.decode("w"));
    }
  }

  @Test
  void legacyViewsAndUnreadableStoragesAreSteppedOver() throws IOException {
    PickleBytes pickle = PickleBytes.begin().op('}', '(');
    pickle.text("c").op(']').op('(').text("storage").global("torch", "QInt32Storage");
    pickle.text("7").text("cpu").number(2).op('N', 't', 'Q', 'a');
    PickleBytes view = new PickleBytes().op('(').text("storage").global("torch", "FloatStorage");
    view.text("8").text("cuda:0").number(4).op('(').text("9").number(1).number(2);
    view.op('t', 't', 'Q');
    pickle.text("w").tensor(view, 0, new long[] {2}, new long[] {1}).op('u');
    Map<String, byte[]> storages = new LinkedHashMap<>();
    storages.put("7", floats(0, 0));
    storages.put("8", floats(1, 2, 3, 4));
    try (WeightFile file = open(WeightBytes.legacy(pickle.end(), storages))) {
      assertArrayEquals(new float[] {2, 3}, file.decode("w"));
      assertEquals(List.of("c"), file.skipped());
    }
  }

  @Test
  void whatIsNoStateDictIsRefusedWithAdvice() {
    assertTrue(only(PickleBytes.begin().op(']')).contains("a list"));
    assertTrue(only(PickleBytes.begin().op(')')).contains("a tuple"));
    assertTrue(only(PickleBytes.begin().number(1)).contains("single value"));
    assertTrue(only(PickleBytes.begin().op('}')).contains("no tensors"));
    String whole = only(PickleBytes.begin().global("my.nets", "Net").op(')', 0x81));
    assertTrue(whole.contains("my.nets.Net") && whole.contains("state_dict()"), whole);
    PickleBytes inner = PickleBytes.begin().op('}').text("model").global("my", "Net");
    assertTrue(only(inner.op(')', 0x81, 's')).contains("\"model\" is a whole pickled object"));
    assertTrue(only(PickleBytes.begin().global("my", "make").op(')', 'R')).contains("my.make"));
    assertTrue(
        refusal(zip(PickleBytes.begin().tensor("FloatStorage", "0", 6).end(), ONE))
            .contains("without a name"));
  }

  @Test
  void aTensorThatNeedsSomethingUnknownIsRefusedByName() {
    PickleBytes pickle = PickleBytes.begin().op('}', '(').text("ok");
    pickle.tensor("FloatStorage", "0", 6).text("bad");
    pickle.tensor("ComplexFloatStorage", "0", 3).op('u');
    String message = refusal(zip(pickle.end(), ONE));
    assertTrue(message.contains("\"bad\"") && message.contains("torch.ComplexFloatStorage"));
    pickle = PickleBytes.begin().op('}', '(').text("ok").tensor("FloatStorage", "0", 6);
    pickle.text("x").global("my", "call").text("rm").op(0x85, 'R', 'u');
    assertTrue(refusal(zip(pickle.end(), ONE)).contains("my.call"));
  }

  @Test
  void namesFromTheFileCannotForgeLinesOfOutput() {
    PickleBytes pickle = PickleBytes.begin().text("a\nb\u001b[31m").text("c\r\u202e").op(0x93);
    only(pickle.op(')', 0x81));
  }

  @Test
  void tensorsThatReachOutsideAreRefused() {
    long big = Long.MAX_VALUE / 2;
    view(0, new long[] {7}, new long[] {1});
    view(1, new long[] {2, 3}, new long[] {3, 1});
    view(-1, new long[] {1}, new long[] {1});
    view(0, new long[] {-1}, new long[] {1});
    view(0, new long[] {2}, new long[] {-1});
    view(5, new long[] {2, 2}, new long[] {big, big});
    view(0, new long[] {big, big}, new long[] {0, 0});
    view(big, new long[] {1}, new long[] {1});
    view(0, new long[] {1, 1}, new long[] {1});
    view(0, new long[65], new long[65]);
  }

  private static void view(long offset, long[] size, long[] stride) {
    PickleBytes pickle = PickleBytes.begin().op('}').text("w");
    PickleBytes storage = new PickleBytes().storage("FloatStorage", "0", 6);
    refusal(zip(pickle.tensor(storage, offset, size, stride).op('s').end(), ONE));
  }

  @Test
  void storagesAgreeWithTheirRecords() {
    for (long numel : new long[] {5, 7, -1, 0, 1L << 62, Long.MIN_VALUE}) {
      PickleBytes pickle = PickleBytes.begin().op('}').text("w");
      PickleBytes storage = new PickleBytes().storage("FloatStorage", "0", numel);
      pickle.tensor(storage, 0, new long[] {0}, new long[] {1});
      refusal(zip(pickle.op('s').end(), ONE));
    }
  }

  @Test
  void wrongPersistentIdsAreRefused() {
    only(PickleBytes.begin().op('N', 'Q'));
    only(PickleBytes.begin().op(')', 'Q'));
    only(PickleBytes.begin().text("storage").op(0x85, 'Q'));
    PickleBytes types = PickleBytes.begin().op('(').text("storage").op('N').text("0").op('N');
    only(types.number(6).op('t', 'Q'));
    PickleBytes key = PickleBytes.begin().op('(').text("storage").global("torch", "FloatStorage");
    only(key.number(0).op('N').number(6).op('t', 'Q'));
    PickleBytes count = PickleBytes.begin().op('(').text("storage").global("torch", "IntStorage");
    only(count.text("0").op('N', 'N', 't', 'Q'));
    only(PickleBytes.begin().global("torch._utils", "_rebuild_tensor").op(')', 'R'));
    only(PickleBytes.begin().global("torch._utils", "_rebuild_tensor").numbers(1, 2, 3, 4).op('R'));
    only(PickleBytes.begin().global("torch._utils", "_rebuild_parameter").numbers(1).op('R'));
  }

  private static String only(PickleBytes pickle) {
    return refusal(zip(pickle.end(), ONE));
  }

  @Test
  void legacyStoragesAgreeWithTheirIds() {
    byte[] pickle =
        PickleBytes.begin()
            .op('}')
            .text("w")
            .tensor(
                new PickleBytes().legacyStorage("FloatStorage", "0", 6),
                0,
                new long[] {6},
                new long[] {1})
            .op('s')
            .end();
    assertTrue(refusal(WeightBytes.legacy(pickle, Map.of())).contains("storage 0 is missing"));
    assertTrue(refusal(WeightBytes.legacy(pickle, Map.of("1", floats(1)))).contains("not used"));
    assertTrue(
        refusal(WeightBytes.legacy(pickle, Map.of("0", floats(1, 2)))).contains("2 elements"));
  }

  @Test
  void dictsInsideThemselvesEnd() {
    PickleBytes pickle = PickleBytes.begin().op('}', 'q', 0, '(');
    for (String key : StateDictSearch.WRAPPINGS) {
      pickle.text(key).op('h', 0);
    }
    only(pickle.op('u'));
    PickleBytes deep = PickleBytes.begin();
    for (int i = 0; i < 50_000; i++) {
      deep.op('}').text("model");
    }
    deep.op('N');
    for (int i = 0; i < 50_000; i++) {
      deep.op('s');
    }
    only(deep);
  }

  @Test
  void viewsThatOverlapTooMuchAreRefused() {
    PickleBytes expanded = PickleBytes.begin().op('}').text("w");
    PickleBytes storage = new PickleBytes().storage("FloatStorage", "0", 6);
    expanded.tensor(storage, 0, new long[] {1 << 30}, new long[] {0}).op('s');
    assertTrue(refusal(zip(expanded.end(), ONE)).contains("overlap"));
  }
}
