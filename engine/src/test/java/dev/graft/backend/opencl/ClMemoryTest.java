package dev.graft.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.backend.DeviceException;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Device memory: its own limit, its end, and that training holds it level. */
class ClMemoryTest {
  private static final String LIMIT = "graft.opencl.memory";

  private final String before = System.getProperty(LIMIT);
  private ClDevice device;

  @BeforeEach
  void open() {
    device = TestDevice.backend().device();
  }

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty(LIMIT);
    } else {
      System.setProperty(LIMIT, before);
    }
  }

  private ClBackend limited(long bytes) {
    System.setProperty(LIMIT, Long.toString(bytes));
    return new ClBackend(device);
  }

  @Test
  void exhaustionSaysWhatWasAskedAndWhatIsHeld() {
    ClBackend backend = limited(5 << 20);
    List<ClBuffer> held = new ArrayList<>();
    DeviceException error =
        assertThrows(
            DeviceException.class,
            () -> {
              while (held.size() < 100) {
                held.add(backend.buffer(1 << 18));
              }
            });
    assertEquals(4, held.size());
    assertEquals(
        "opencl: out of device memory on "
            + device.name()
            + ": asked for 1.0 MiB; 5 buffers hold 4.0 MiB of 5.0 MiB that may be used; use"
            + " smaller batches or Autograd.noGrad, or raise -Dgraft.opencl.memory=BYTES",
        error.getMessage());
    held.getFirst().release();
    assertEquals(1 << 18, backend.buffer(1 << 18).length(), "what was given back serves again");
  }

  @Test
  void whatNobodyHoldsIsCollectedBeforeMemoryEnds() {
    ClBackend backend = limited(8 << 20);
    for (int i = 0; i < 200; i++) {
      float[] value = {i};
      ClBuffer buffer = backend.buffer(1 << 18);
      buffer.write(0, value, 0, 1);
      assertTrue(backend.usedBytes() <= 8 << 20);
    }
  }

  @Test
  void aSecondReleaseDoesNothing() {
    ClBackend backend = limited(8 << 20);
    long used = backend.usedBytes();
    ClBuffer buffer = backend.buffer(1000);
    buffer.release();
    buffer.release();
    assertEquals(used, backend.usedBytes());
    assertEquals(
        "opencl: this buffer was given back already",
        assertThrows(IllegalStateException.class, buffer::memory).getMessage());
  }

  @Test
  void aThousandTrainingStepsHoldMemoryLevel() {
    ClBackend backend = limited(4 << 20);
    Rng rng = Rng.of(1);
    Tensor x = Tensor.randn(rng, 32, 20).to(backend);
    int[] labels = new int[32];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 5;
    }
    Tensor w = Tensor.randn(rng, 20, 16).mul(0.3f).to(backend).requireGrad();
    Tensor v = Tensor.randn(rng, 16, 5).mul(0.3f).to(backend).requireGrad();
    float first = 0;
    float last = 0;
    long most = 0;
    for (int step = 0; step < 1000; step++) {
      Tensor loss = Functional.crossEntropy(x.matmul(w).relu().matmul(v), labels);
      loss.backward();
      for (Tensor param : new Tensor[] {w, v}) {
        backend
            .optimizer()
            .sgd(param.view(), param.grad().view(), null, step == 0, 0.1f, 0, 0, false);
        param.setGrad(null);
      }
      last = loss.item();
      first = step == 0 ? last : first;
      most = step == 100 ? 0 : Math.max(most, backend.usedBytes());
    }
    assertTrue(last < first / 2, "the loss went from " + first + " to " + last);
    // Without recycling a step would take some 20 KB more, and the limit would end the run.
    assertTrue(most <= 4 << 20, "up to " + most + " bytes after the hundredth step");
  }

  @Test
  void aLimitThatIsNoNumberIsRefused() {
    System.setProperty(LIMIT, "plenty");
    assertEquals(
        "graft.opencl.memory: \"plenty\" is no positive number of bytes",
        assertThrows(DeviceException.class, () -> new ClBackend(device)).getMessage());
  }

  @Test
  void sizeClassesLoseAnEighthAtMost() {
    assertEquals(256, ClPool.sizeClass(1));
    assertEquals(1024, ClPool.sizeClass(1000));
    for (long bytes = 1 << 16; bytes < 1L << 40; bytes = bytes * 3 / 2 + 7) {
      long size = ClPool.sizeClass(bytes);
      assertTrue(size >= bytes && size <= bytes + bytes / 8, bytes + " -> " + size);
    }
  }
}
