package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.backend.HostBuffer;
import dev.graft.op.ConvParams;
import dev.graft.plan.InferencePlan;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link WeightFile#defer}: values that stay in the file until they are needed. */
class DeferredWeightsTest {
  @TempDir private Path folder;

  private final Tensor kernel = Tensor.randn(Rng.of(1), 64, 64, 3, 3);
  private final Tensor head = Tensor.randn(Rng.of(2), 1000, 64);
  private final Tensor bias = Tensor.randn(Rng.of(3), 1000);

  private WeightFile open() throws IOException {
    Path path = folder.resolve("w.safetensors");
    Safetensors.write(
        path, new StateDict().put("kernel", kernel).put("head", head).put("bias", bias));
    return Weights.open(path);
  }

  private static boolean isDeferred(Tensor t) {
    return ((HostBuffer) t.view().buffer()).isDeferred();
  }

  @ParameterizedTest
  @EnumSource
  void everyFormatHoldsTheSame(SampleFile sample) throws IOException {
    try (WeightFile file = WeightBytes.open(sample.bytes())) {
      assertArrayEquals(file.read().get("w").toArray(), file.defer().get("w").toArray());
      assertEquals(file.read().names(), file.defer().names());
      assertEquals(file.read().metadata(), file.defer().metadata());
    }
  }

  @Test
  void valuesComeWhenTheyAreAskedFor() throws IOException {
    try (WeightFile file = open()) {
      StateDict weights = file.defer();
      Tensor deferred = weights.get("kernel");
      assertTrue(isDeferred(deferred));
      assertFalse(isDeferred(weights.get("bias")), "small ones are read");
      assertArrayEquals(kernel.toArray(), deferred.toArray());
      float[] some = new float[100];
      deferred.view().buffer().read(17, some, 0, 100);
      assertEquals(kernel.toArray()[17 + 99], some[99]);
      assertTrue(isDeferred(deferred), "copies leave the values where they are");
      assertArrayEquals(kernel.toArray(), deferred.view().array());
      assertSame(deferred.view().array(), deferred.view().array());
      assertFalse(isDeferred(deferred));
    }
  }

  @Test
  void writingComesAfterReading() throws IOException {
    try (WeightFile file = open()) {
      Tensor deferred = file.defer().get("kernel");
      deferred.view().buffer().write(0, new float[] {42}, 0, 1);
      assertEquals(42, deferred.get(0, 0, 0, 0));
      assertEquals(kernel.get(0, 0, 0, 1), deferred.get(0, 0, 0, 1));
    }
  }

  /** The plan keeps what it packed and, where it packed nothing, the weight itself. */
  @Test
  void plansOutliveTheFile() throws IOException {
    Function<StateDict, InferencePlan> planner =
        w ->
            InferencePlan.of(
                x -> {
                  Tensor y = Functional.conv2d(x, w.get("kernel"), null, ConvParams.DEFAULT).relu();
                  Tensor rows = y.mean(2, 3);
                  return Functional.linear(rows, w.get("head"), w.get("bias"));
                },
                Shape.of(1, 64, 9, 9));
    Tensor x = Tensor.randn(Rng.of(4), 1, 64, 9, 9);
    InferencePlan plan;
    Tensor unread;
    float[] expected;
    try (WeightFile file = open()) {
      StateDict weights = file.defer();
      plan = planner.apply(weights);
      unread = weights.get("kernel");
      expected = planner.apply(file.read()).run(x).toArray();
    }
    assertArrayEquals(expected, plan.run(x).toArray());
    assertTrue(isDeferred(unread), "the convolution's weight is held twice");
    IllegalStateException closed = assertThrows(IllegalStateException.class, unread::toArray);
    assertTrue(closed.getMessage().contains("is closed"), closed.getMessage());
  }
}
