package dev.graft.weights.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Compares files with the first digits of their checksums. */
final class Checksum {
  private static final int CHUNK = 1 << 20;

  private Checksum() {}

  /** What differs, in words; null where the file is right, or nothing is known of it. */
  static String difference(Path file, String digest) throws IOException {
    if (digest.isEmpty()) {
      return null;
    }
    int colon = digest.indexOf(':');
    String algorithm = digest.startsWith("md5") ? "MD5" : "SHA-256";
    String expected = digest.substring(colon + 1);
    String actual = of(file, algorithm);
    return actual.startsWith(expected)
        ? null
        : "its %s begins with %s, not %s"
            .formatted(algorithm, actual.substring(0, expected.length()), expected);
  }

  private static String of(Path file, String algorithm) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      byte[] chunk = new byte[CHUNK];
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IOException(e);
    }
  }
}
