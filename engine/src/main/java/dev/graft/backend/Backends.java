package dev.graft.backend;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;

/**
 * Chooses the CPU backend once, at the first use: SIMD where the Vector API's module is there, else
 * the scalar reference; a second later one line is logged. The system property {@code
 * graft.backend} forces {@code simd} or {@code scalar}; {@code graft.vector.bits} forces a vector
 * width (128, 256 or 512); {@code graft.threads} sets the number of threads.
 */
public final class Backends {
  private static final String MODULE = "jdk.incubator.vector";

  /** When the line is logged that says which backend computes. */
  private static final Duration ANNOUNCED_AFTER = Duration.ofSeconds(1);

  private Backends() {}

  /** The backend on which tensors are made unless another is asked for. */
  public static Backend cpu() {
    return Chosen.BACKEND;
  }

  /** The scalar reference: textbook loops, in the same memory as the SIMD backend. */
  public static Backend scalar() {
    return Scalar.BACKEND;
  }

  private static final class Scalar {
    static final Backend BACKEND = scalarInstance();

    private static Backend scalarInstance() {
      try {
        return instance("dev.graft.backend.reference.ReferenceBackend");
      } catch (ReflectiveOperationException | LinkageError e) {
        throw new IllegalStateException("graft: the scalar backend is missing: " + e, e);
      }
    }
  }

  private static final class Chosen {
    static final Backend BACKEND = choose(System.getProperty("graft.backend", "auto"));

    private static Backend choose(String wanted) {
      Backend chosen =
          switch (wanted) {
            case "scalar" -> scalar();
            case "simd", "auto" -> simdOrScalar(wanted.equals("simd"));
            default ->
                throw new IllegalArgumentException(
                    "graft.backend: unknown value \"" + wanted + "\"; use simd, scalar or auto");
          };
      Thread.ofPlatform().daemon().name("graft-log").start(() -> announce(chosen));
      return chosen;
    }

    /**
     * Later, and aside: the JDK's first log line takes 90 ms, which a first answer need not wait.
     */
    private static void announce(Backend chosen) {
      try {
        Thread.sleep(ANNOUNCED_AFTER);
        log().log(System.Logger.Level.INFO, "graft: {0}", chosen.name());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static Backend simdOrScalar(boolean required) {
      String trouble;
      if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
        trouble = "start java with --add-modules " + MODULE + " to turn SIMD on";
      } else {
        try {
          return instance("dev.graft.backend.cpu.CpuBackend");
        } catch (ReflectiveOperationException | LinkageError e) {
          Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
          trouble = "the SIMD backend does not start here: " + cause;
        }
      }
      if (required) {
        throw new IllegalStateException("graft.backend=simd: " + trouble);
      }
      log().log(System.Logger.Level.WARNING, "graft: no SIMD, computing slowly: {0}", trouble);
      return scalar();
    }
  }

  private static System.Logger log() {
    return System.getLogger("dev.graft");
  }

  private static Backend instance(String className) throws ReflectiveOperationException {
    return (Backend) Class.forName(className).getDeclaredConstructor().newInstance();
  }
}
