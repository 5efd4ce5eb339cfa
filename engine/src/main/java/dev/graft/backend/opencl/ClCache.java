package dev.graft.backend.opencl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.jocl.CLException;

/**
 * Compiled programs on disk: a file per device, driver, options and source. In the folder that the
 * system property {@code graft.opencl.cache} names ({@code off}: nowhere), by default {@code
 * ~/.cache/graft/opencl}. What cannot be read or written is compiled anew.
 */
final class ClCache {
  private final Path file;

  private ClCache(Path file) {
    this.file = file;
  }

  static ClCache of(ClDevice device, String options, String source) {
    String folder = System.getProperty("graft.opencl.cache", "");
    if (folder.equals("off") || device.ownCache()) {
      return new ClCache(null);
    }
    Path root =
        folder.isEmpty()
            ? Path.of(System.getProperty("user.home", "."), ".cache", "graft", "opencl")
            : Path.of(folder);
    String key =
        String.join("\0", device.name(), device.vendor(), device.driver(), options, source);
    return new ClCache(root.resolve(hash(key) + ".bin"));
  }

  private static String hash(String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The binary, or null. */
  byte[] read() {
    try {
      return file != null && Files.exists(file) ? Files.readAllBytes(file) : null;
    } catch (IOException e) {
      return null;
    }
  }

  void forget() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is written over after the next compilation, or read in vain again.
    }
  }

  /** Beside, then moved into place: another process may read. */
  void write(Supplier<byte[]> binary) {
    if (file == null) {
      return;
    }
    try {
      byte[] bytes = binary.get();
      if (bytes.length == 0) {
        return;
      }
      Files.createDirectories(file.getParent());
      Path beside = Files.createTempFile(file.getParent(), "new", ".tmp");
      Files.write(beside, bytes);
      Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | CLException e) {
      // A cache that cannot be written costs time, nothing else.
    }
  }
}
