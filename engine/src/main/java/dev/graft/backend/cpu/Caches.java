package dev.graft.backend.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Sizes of this machine's caches: what Linux says, else what most machines have. */
public final class Caches {
  private static final int USUAL = 1 << 20;

  /** Bytes of L2 that one core has, as far as is known. */
  public static final int L2 = l2(Path.of("/sys/devices/system/cpu/cpu0/cache/index2/size"));

  private Caches() {}

  /** The size that a file of Linux states as {@code 512K}; 1 MB where it states none. */
  static int l2(Path file) {
    try {
      String size = Files.readString(file).strip();
      int kilobytes = Integer.parseInt(size.substring(0, size.length() - 1));
      return size.endsWith("K") && kilobytes > 0 ? Math.min(kilobytes, 1 << 16) << 10 : USUAL;
    } catch (IOException | RuntimeException e) {
      return USUAL;
    }
  }
}
