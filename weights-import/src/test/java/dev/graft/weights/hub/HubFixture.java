package dev.graft.weights.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** What the hub's tests share: a file, and a hub of little patience. */
abstract class HubFixture {
  static final byte[] CONTENT = new byte[300_000];
  static final String PATH = "torchvision/net-0123.pth";
  static final Patience SHORT =
      new Patience(Duration.ofSeconds(5), Duration.ofMillis(300), 3, Duration.ofMillis(5));

  static {
    new Random(1).nextBytes(CONTENT);
  }

  @TempDir Path home;

  Hub hub(URI... mirrors) {
    return new Hub(home, List.of(mirrors), false, List.of(), SHORT, DownloadListener.SILENT);
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static RemoteFile file(LoopbackServer server) {
    String digest = "sha256:" + sha256(CONTENT).substring(0, 8);
    return new RemoteFile(PATH, server.address("/net.pth"), digest);
  }

  /** The names of all files beside the fetched one. */
  void assertOnly(String... names) throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("torchvision"))) {
      assertEquals(List.of(names), files.map(f -> f.getFileName().toString()).sorted().toList());
    }
  }
}
