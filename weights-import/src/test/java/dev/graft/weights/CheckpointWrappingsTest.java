package dev.graft.weights;

import static dev.graft.weights.WeightBytes.floats;
import static dev.graft.weights.WeightBytes.open;
import static dev.graft.weights.WeightBytes.zip;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The keys under which training scripts keep their weights. */
class CheckpointWrappingsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "state_dict_ema",
        "model_ema",
        "ema_state_dict",
        "ema_model",
        "ema",
        "params_ema",
        "state_dict",
        "model_state_dict",
        "model_state",
        "model",
        "net",
        "network",
        "params",
        "weights",
        "teacher",
        "student",
        "backbone",
        "encoder",
        "a_key_of_their_own"
      })
  void areSeenThrough(String key) throws IOException {
    PickleBytes pickle = PickleBytes.begin().op('}', '(').text("epoch").number(3).text(key);
    pickle.op('}').text("w").tensor("FloatStorage", "0", 6).op('s').op('u');
    Map<String, byte[]> one = Map.of("0", floats(1, 2, 3, 4, 5, 6));
    try (WeightFile file = open(zip(pickle.end(), one))) {
      assertEquals("[w F32 [6]]", file.entries().toString());
      assertEquals(List.of(key), file.wrapping());
    }
  }
}
