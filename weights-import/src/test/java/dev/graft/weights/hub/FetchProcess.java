package dev.graft.weights.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Fetches a file as a process of its own. */
public final class FetchProcess {
  private FetchProcess() {}

  static Process start(Path home, RemoteFile file) throws IOException {
    return start(home, file, Map.of());
  }

  static Process start(Path home, RemoteFile file, Map<String, String> environment)
      throws IOException {
    String classes = System.getProperty("surefire.test.class.path", "");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            classes.isEmpty() ? System.getProperty("java.class.path") : classes,
            FetchProcess.class.getName(),
            home.toString(),
            file.path(),
            file.address().toString(),
            file.digest());
    builder.environment().putAll(environment);
    return builder.redirectErrorStream(true).start();
  }

  /** Arguments: the cache, the file's path in it, its address, its digest. */
  public static void main(String[] args) throws IOException {
    Hub hub =
        new Hub(
            Path.of(args[0]),
            List.of(),
            false,
            List.of(),
            Patience.STANDARD,
            DownloadListener.SILENT);
    hub.fetch(new RemoteFile(args[1], URI.create(args[2]), args[3]));
  }
}
