package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.graft.tensor.StateDict;
import dev.graft.testing.SharedData;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The files that torch.save itself wrote, and the broken and hostile ones beside them. */
class GoldenCheckpointsTest {
  /** Classes that load for the first time count, too; the files are of 26 KB and less. */
  private static final long MOST_MEMORY = 16 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private interface Check {
    void of(Path file) throws Exception;
  }

  @TestFactory
  Stream<DynamicTest> everyDtypeStrideAndSharedStorage() throws IOException {
    StateDict expected = Weights.load(checkpoints().resolve("variety-expected.safetensors"));
    return each("variety-*.pt", file -> assertSame(expected, Weights.load(file)));
  }

  @TestFactory
  Stream<DynamicTest> everyWrappingOfTheSameNetwork() throws IOException {
    StateDict expected = Weights.load(checkpoints().resolve("checkpoint-expected.safetensors"));
    return each(
        "{checkpoint,model-key,state-dict}-*.pt", file -> assertSame(expected, Weights.load(file)));
  }

  @TestFactory
  Stream<DynamicTest> wholeModulesAreRefusedWithAdvice() throws IOException {
    return each(
        "whole-module-*",
        file -> {
          String message = refusal(file);
          assertTrue(message.contains("torch.nn.modules.container.Sequential"), message);
          assertTrue(message.contains("torch.save(model.state_dict()"), message);
        });
  }

  @TestFactory
  Stream<DynamicTest> hostilePicklesAreRefusedByName() throws IOException {
    return each(
        "evil-*",
        file -> {
          String message = refusal(file);
          assertTrue(message.matches(".*\\b(posix\\.system|__builtin__\\.eval)\\b.*"), message);
          assertFalse(Files.exists(Path.of("pwned-by-pickle")));
        });
  }

  @TestFactory
  Stream<DynamicTest> brokenFilesAreRefused() throws IOException {
    return each("{truncated*,bad-*,empty.pt,text.pt}", GoldenCheckpointsTest::refusal);
  }

  @Test
  void refusalsSayWhatIsWrong() throws IOException {
    assertTrue(refusal(checkpoints().resolve("empty.pt")).contains("empty"));
    assertTrue(refusal(checkpoints().resolve("text.pt")).contains("web page"));
    assertTrue(refusal(checkpoints().resolve("truncated-zip.pt")).contains("cut short"));
    assertTrue(refusal(checkpoints().resolve("truncated-legacy.pt")).contains("cut short"));
    assertTrue(refusal(checkpoints().resolve("truncated.safetensors")).contains("cut short"));
    assertTrue(refusal(checkpoints().resolve("bad-length.safetensors")).contains("header claims"));
    assertTrue(refusal(checkpoints().resolve("bad-shape.safetensors")).contains("[4, 3, 3, 9]"));
    assertTrue(refusal(checkpoints().resolve("bad-offsets.safetensors")).contains("423 bytes"));
  }

  @Test
  void trainingCheckpointTellsWhatSurroundsTheWeights() throws IOException {
    try (WeightFile file = Weights.open(checkpoints().resolve("checkpoint-zip.pt"))) {
      assertEquals("torch zip", file.format());
      assertEquals(List.of("state_dict"), file.wrapping());
      assertEquals("module.", file.prefix());
      assertTrue(file.metadata().containsKey("epoch"), file.metadata().toString());
    }
  }

  @Test
  void resnet18IsListedWithoutItsValuesAndReadByName() throws IOException {
    try (WeightFile file = Weights.open(checkpoints().resolve("resnet18-zip.pth"))) {
      assertEquals(122, file.entries().size());
      assertEquals("conv1.weight F32 [64, 3, 7, 7]", file.entries().getFirst().toString());
      assertEquals("[1000, 512]", file.read("fc.weight").shape().toString());
      assertEquals(7f, file.read("bn1.num_batches_tracked").item());
    }
  }

  @Test
  void publishedCifarNetworksLoad() throws IOException {
    try (WeightFile file = Weights.open(SharedData.file("weights/resnet20-12fca82f.th"))) {
      assertEquals("torch legacy", file.format());
      assertEquals("module.", file.prefix());
      assertEquals("91.78000183105469", file.metadata().get("best_prec1"));
      assertEquals("[10, 64]", file.read("linear.weight").shape().toString());
    }
    StateDict deeper = Weights.load(SharedData.file("weights/resnet56-4bfd9763.th"));
    assertTrue(deeper.contains("layer3.8.conv2.weight"));
  }

  private static Path checkpoints() {
    return SharedData.golden("checkpoints");
  }

  private static Stream<DynamicTest> each(String pattern, Check check) throws IOException {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(checkpoints())) {
      all.filter(file -> matcher.matches(file.getFileName()))
          .filter(file -> !file.toString().endsWith("-expected.safetensors"))
          .sorted()
          .forEach(files::add);
    }
    assertFalse(files.isEmpty(), pattern);
    return files.stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check.of(file)));
  }

  /** The one line with which the file is refused, before anything large is allocated. */
  private static String refusal(Path file) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    String message =
        assertThrows(WeightFormatException.class, () -> Weights.load(file)).getMessage();
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < MOST_MEMORY, () -> file + ": " + allocated + " bytes allocated");
    assertTrue(message.startsWith(file.toString()), message);
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  private static void assertSame(StateDict expected, StateDict actual) {
    assertEquals(expected.names(), actual.names());
    for (String name : expected.names()) {
      assertEquals(expected.get(name).shape(), actual.get(name).shape(), name);
      assertArrayEquals(expected.get(name).toArray(), actual.get(name).toArray(), name);
    }
  }
}
