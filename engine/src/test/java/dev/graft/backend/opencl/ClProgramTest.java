package dev.graft.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.backend.DeviceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs: errors in them, and their binaries on disk. */
class ClProgramTest {
  private static final String CACHE = "graft.opencl.cache";
  private static final String SOURCE =
      "kernel void seven(global float *out) { out[get_global_id(0)] = 7; }";

  private final String before = System.getProperty(CACHE);
  private ClBackend backend;

  @BeforeEach
  void open() {
    backend = TestDevice.backend();
  }

  @AfterEach
  void restore() {
    if (before != null) {
      System.setProperty(CACHE, before);
    }
  }

  @Test
  void aKernelThatDoesNotCompileGivesItsLog() {
    DeviceException error =
        assertThrows(
            DeviceException.class,
            () -> backend.build("broken.cl", "kernel void f() { undeclared_name = 1; }", "-DX=1"));
    String start =
        "opencl: broken.cl does not compile on "
            + backend.device().name()
            + " ("
            + backend.device().driver()
            + ") with -cl-std=CL1.2 -DX=1: CL_BUILD_PROGRAM_FAILURE\n";
    assertTrue(error.getMessage().startsWith(start), error.getMessage());
    assertTrue(error.getMessage().contains("undeclared_name"), error.getMessage());
  }

  @Test
  void aKernelThatIsNotThereIsNamed() {
    ClProgram program = backend.build("seven.cl", SOURCE, "");
    String message =
        assertThrows(DeviceException.class, () -> program.launch("eight")).getMessage();
    assertEquals("opencl: kernel eight: CL_INVALID_KERNEL_NAME", message);
  }

  @Test
  void binariesAreKeptAndDamagedOnesReplaced(@TempDir Path folder) throws Exception {
    System.setProperty(CACHE, folder.toString());
    ClDevice d = backend.device();
    ClDevice forgetful =
        new ClDevice(
            d.platform(),
            d.id(),
            d.name(),
            d.vendor(),
            d.driver(),
            d.gpu(),
            d.cpu(),
            d.units(),
            d.workGroup(),
            d.localMemory(),
            d.memory(),
            d.largest(),
            false);
    ClBackend own = new ClBackend(forgetful);
    run(own);
    List<Path> files = files(folder);
    byte[] binary = Files.readAllBytes(files.getFirst());
    run(new ClBackend(forgetful));
    assertEquals(files, files(folder), "read, not written anew under another name");
    for (Path file : files) {
      Files.writeString(file, "damaged");
    }
    run(new ClBackend(forgetful));
    assertEquals(files, files(folder));
    assertTrue(Files.size(files.getFirst()) > binary.length / 2, "compiled and written again");
  }

  private static void run(ClBackend backend) {
    ClBuffer out = backend.buffer(4);
    ClProgram program = backend.build("seven.cl", SOURCE, "");
    program.launch("seven").buffer(out).groups(1, 4);
    float[] values = new float[4];
    out.read(0, values, 0, 4);
    assertArrayEquals(new float[] {7, 7, 7, 7}, values);
  }

  private static List<Path> files(Path folder) throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
