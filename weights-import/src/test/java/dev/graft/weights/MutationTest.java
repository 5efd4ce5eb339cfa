package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Small files cut short at every byte, and with bytes changed: whatever comes of it, it is either
 * weights or the documented exception, and it costs little memory.
 */
@Timeout(60)
class MutationTest {
  /** Decoded values, the pickle's objects and the exception with its stack trace. */
  private static final long MOST_MEMORY = 4 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @EnumSource
  void cutShortAnywhere(SampleFile sample) {
    for (int length = 0; length < sample.bytes().length; length++) {
      WeightBytes.refusal(Arrays.copyOf(sample.bytes(), length));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyByteSetToEachExtreme(SampleFile sample) throws IOException {
    for (int at = 0; at < sample.bytes().length; at++) {
      for (int value : List.of(0, 1, 0x7f, 0x80, 0xff)) {
        byte[] changed = sample.bytes();
        changed[at] = (byte) value;
        read(changed);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void bytesChangedAtRandom(SampleFile sample) throws IOException {
    SplittableRandom random = new SplittableRandom(20250611);
    for (int i = 0; i < 4_000; i++) {
      byte[] changed = sample.bytes();
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      read(changed);
    }
  }

  private static void read(byte[] bytes) throws IOException {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try (WeightFile file = WeightBytes.open(bytes)) {
      for (WeightEntry entry : file.entries()) {
        file.decode(entry.name());
      }
    } catch (WeightFormatException e) {
      WeightBytes.assertMeant(e);
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < MOST_MEMORY, () -> allocated + " bytes for " + bytes.length);
  }
}
