package dev.graft.backend.opencl;

import dev.graft.backend.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_program;

/** A compiled {@code .cl} file, whose kernels are made at their first use. */
final class ClProgram {
  /** Contracted multiply-adds are wanted; nothing that changes NaN, infinities or signs of zero. */
  private static final String OPTIONS = "-cl-std=CL1.2";

  private final ClBackend backend;
  private final cl_program program;
  private final Map<String, cl_kernel> kernels = new HashMap<>();

  private ClProgram(ClBackend backend, cl_program program) {
    this.backend = backend;
    this.program = program;
  }

  /**
   * From source, or from the binary that an earlier run has left in the cache.
   *
   * @param name for messages: {@code gemm.cl}
   * @param options macros, such as {@code -DBM=64}
   * @throws DeviceException with the compiler's log if it does not compile
   */
  static ClProgram build(
      ClBackend backend,
      cl_context context,
      ClDevice device,
      String name,
      String source,
      String options) {
    String all = options.isEmpty() ? OPTIONS : OPTIONS + " " + options;
    ClCache cache = ClCache.of(device, all, source);
    byte[] binary = cache.read();
    if (binary != null) {
      try {
        return new ClProgram(backend, fromBinary(context, device.id(), binary, all));
      } catch (CLException e) {
        cache.forget(); // another driver's, or damaged: the source is at hand
      }
    }
    cl_program program = compile(context, device, name, source, all);
    cache.write(() -> binary(program));
    return new ClProgram(backend, program);
  }

  private static cl_program compile(
      cl_context context, ClDevice device, String name, String source, String options) {
    cl_program program = null;
    try {
      program = CL.clCreateProgramWithSource(context, 1, new String[] {source}, null, null);
      CL.clBuildProgram(program, 1, new cl_device_id[] {device.id()}, options, null, null);
      return program;
    } catch (CLException e) {
      throw failure(device, program, name, options, e);
    }
  }

  private static cl_program fromBinary(
      cl_context context, cl_device_id device, byte[] binary, String options) {
    cl_program program =
        CL.clCreateProgramWithBinary(
            context,
            1,
            new cl_device_id[] {device},
            new long[] {binary.length},
            new byte[][] {binary},
            null,
            null);
    CL.clBuildProgram(program, 1, new cl_device_id[] {device}, options, null, null);
    return program;
  }

  private static byte[] binary(cl_program program) {
    long[] size = new long[1];
    CL.clGetProgramInfo(program, CL.CL_PROGRAM_BINARY_SIZES, Sizeof.size_t, Pointer.to(size), null);
    byte[] binary = new byte[Math.toIntExact(size[0])];
    if (binary.length > 0) {
      CL.clGetProgramInfo(
          program, CL.CL_PROGRAM_BINARIES, Sizeof.POINTER, Pointer.to(Pointer.to(binary)), null);
    }
    return binary;
  }

  private static DeviceException failure(
      ClDevice device, cl_program program, String name, String options, CLException e) {
    String log = program == null ? "" : log(program, device.id());
    return new DeviceException(
        "opencl: "
            + name
            + " does not compile on "
            + device.name()
            + " ("
            + device.driver()
            + ") with "
            + options
            + ": "
            + ClErrors.meaning(e.getStatus())
            + (log.isEmpty() ? "" : "\n" + log),
        e);
  }

  private static String log(cl_program program, cl_device_id device) {
    try {
      long[] size = new long[1];
      CL.clGetProgramBuildInfo(program, device, CL.CL_PROGRAM_BUILD_LOG, 0, null, size);
      byte[] text = new byte[(int) size[0]];
      CL.clGetProgramBuildInfo(
          program, device, CL.CL_PROGRAM_BUILD_LOG, text.length, Pointer.to(text), null);
      return new String(text, StandardCharsets.UTF_8).replace("\0", "").strip();
    } catch (CLException e) {
      return "";
    }
  }

  /** The text of a {@code .cl} file among the resources, with what all share before it. */
  static String source(String file) {
    return resource("common.cl") + resource(file);
  }

  private static String resource(String file) {
    try (InputStream in = ClProgram.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("opencl: the resource " + file + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("opencl: cannot read the resource " + file, e);
    }
  }

  /** A run of the kernel of that name, to be given its arguments. */
  ClLaunch launch(String kernel) {
    return new ClLaunch(backend, kernel, kernel(kernel));
  }

  private synchronized cl_kernel kernel(String name) {
    return kernels.computeIfAbsent(
        name,
        n -> {
          try {
            return CL.clCreateKernel(program, n, null);
          } catch (CLException e) {
            throw ClErrors.of("kernel " + n, e);
          }
        });
  }
}
