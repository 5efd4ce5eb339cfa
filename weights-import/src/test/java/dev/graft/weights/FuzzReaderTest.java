package dev.graft.weights;

import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A short run of what {@code weights-import/tools/fuzz} does for a million inputs: blind, but the
 * same in every build.
 */
@Timeout(60)
class FuzzReaderTest {
  private static final int INPUTS = 4000;

  @ParameterizedTest
  @EnumSource
  void mutatedInputs(FuzzReader reader) throws IOException {
    SplittableRandom random = new SplittableRandom(20261125);
    for (byte[] seed : reader.seeds()) {
      reader.check(seed);
      for (int i = 0; i < INPUTS / reader.seeds().size(); i++) {
        reader.check(mutate(seed, random));
      }
    }
  }

  /** Bytes changed, runs copied over others, cut out or doubled. */
  private static byte[] mutate(byte[] seed, SplittableRandom random) {
    byte[] bytes = seed.clone();
    for (int n = random.nextInt(1, 5); n > 0 && bytes.length > 0; n--) {
      int from = random.nextInt(bytes.length);
      int to = random.nextInt(bytes.length);
      int length = Math.min(random.nextInt(1, 33), bytes.length - Math.max(from, to));
      switch (random.nextInt(6)) {
        case 0 -> System.arraycopy(bytes, from, bytes, to, length);
        case 1 -> bytes = splice(bytes, from, length, 0);
        case 2 -> bytes = splice(bytes, from, length, 2);
        case 3 -> bytes[from] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
        default -> bytes[from] = (byte) random.nextInt(256);
      }
    }
    return bytes;
  }

  /** The same with a run that comes so many times. */
  private static byte[] splice(byte[] bytes, int from, int length, int times) {
    byte[] out = Arrays.copyOf(bytes, bytes.length + (times - 1) * length);
    for (int i = 0; i < times; i++) {
      System.arraycopy(bytes, from, out, from + i * length, length);
    }
    System.arraycopy(
        bytes, from + length, out, from + times * length, bytes.length - from - length);
    return out;
  }
}
