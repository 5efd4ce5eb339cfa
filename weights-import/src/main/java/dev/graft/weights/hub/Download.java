package dev.graft.weights.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;

/**
 * One file's way from one address into a part file beside its place in the cache. What came before
 * a connection broke is kept and asked for no more, if the server knows ranges and the file is
 * still the same.
 */
final class Download {
  private static final int CHUNK = 1 << 16;
  private static final String WEB_PAGE =
      "sent a web page, not the file: a proxy's or a login's, or the file has moved";

  private final RemoteFile file;
  private final URI address;
  private final Path part;
  private final Path version;
  private final Patience patience;
  private final DownloadListener listener;
  private long best;
  private String digest;

  Download(RemoteFile file, URI address, Path part, Patience patience, DownloadListener listener) {
    this.file = file;
    this.address = address;
    this.part = part;
    version = part.resolveSibling(part.getFileName() + ".version");
    this.patience = patience;
    this.listener = listener;
    digest = file.digest();
  }

  /**
   * Brings the whole file, checked, into the part file.
   *
   * @throws IOException if that fails; the message says what the server did
   */
  void run() throws IOException {
    best = size();
    boolean resumed = best > 0;
    try (Requests requests = new Requests(patience)) {
      transfer(requests);
      String wrong = Checksum.difference(part, digest);
      if (wrong != null && resumed) {
        restart(); // the part may have been of another version, or damaged
        transfer(requests);
        wrong = Checksum.difference(part, digest);
      }
      if (wrong != null) {
        throw new FinalException("sent a damaged or another file: " + wrong);
      }
      refuseWebPage();
      Files.deleteIfExists(version);
    } catch (FinalException e) {
      restart();
      throw e;
    } finally {
      listener.finished(file.name());
    }
  }

  /** Attempts until the file is whole; those that bring nothing new are counted. */
  private void transfer(Requests requests) throws IOException {
    int failed = 0;
    while (true) {
      Duration asked = Duration.ZERO;
      IOException why;
      try {
        Answer answer = requests.get(address, resumable(), savedVersion());
        try (InputStream body = answer.response().body()) {
          if (isTransient(answer.status())) {
            why = new IOException("answered " + answer.status());
            asked = answer.retryAfter();
          } else if (accept(answer, body)) {
            return;
          } else {
            why = new IOException("cut the transfer off at %,d bytes".formatted(size()));
          }
        }
      } catch (FinalException | InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        why = e;
      }
      failed = size() > best ? 0 : failed + 1;
      best = Math.max(best, size());
      if (failed >= patience.attempts()) {
        throw new IOException(reason(why) + ", " + failed + " times in a row", why);
      }
      pause(patience.before(Math.max(1, failed), asked));
    }
  }

  private static boolean isTransient(int status) {
    return status == 408 || status == 425 || status == 429 || status >= 500;
  }

  /** Takes what came of an answer; true if the file is whole. */
  private boolean accept(Answer answer, InputStream body) throws IOException {
    if (digest.isEmpty()) {
      digest = answer.linkedDigest();
    }
    return switch (answer.status()) {
      case 200 -> {
        restart();
        yield receive(answer, body, answer.length());
      }
      case 206 -> {
        if (answer.start() != size()) {
          restart();
          yield false;
        }
        yield receive(answer, body, answer.total());
      }
      case 416 -> {
        boolean whole = answer.total() == size() && size() > 0;
        if (!whole) {
          restart();
        }
        yield whole;
      }
      default -> {
        boolean absent = answer.status() == 404 || answer.status() == 410;
        throw new FinalException("answered " + answer.status() + answer.advice(), absent);
      }
    };
  }

  private boolean receive(Answer answer, InputStream body, long total) throws IOException {
    if (answer.isWebPage()) {
      throw new FinalException(WEB_PAGE);
    }
    if (answer.header("content-encoding").filter(e -> !e.equals("identity")).isPresent()) {
      throw new FinalException("sent the file compressed, though it was not to");
    }
    if (total > file.most()) {
      throw tooLarge();
    }
    long free = Files.getFileStore(part.getParent()).getUsableSpace();
    if (total - size() > free) {
      throw new FinalException(
          "offers %,d bytes, and the disk has room for %,d".formatted(total, free));
    }
    Files.writeString(version, answer.validator());
    copy(body, total);
    if (total >= 0 && size() > total) {
      throw new FinalException("sent more than the %,d bytes that it said".formatted(total));
    }
    return total < 0 || size() == total;
  }

  private void copy(InputStream body, long total) throws IOException {
    byte[] chunk = new byte[CHUNK];
    long done = size();
    try (Watchdog watchdog = new Watchdog(body, patience.stall());
        OutputStream out =
            Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      try {
        for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
          watchdog.fed();
          out.write(chunk, 0, n);
          done += n;
          if (done > file.most()) {
            throw tooLarge();
          }
          listener.progress(file.name(), done, total);
        }
      } catch (FinalException e) {
        throw e;
      } catch (IOException e) {
        if (watchdog.stalled()) {
          throw new IOException(
              "sent nothing for %.0f s".formatted(patience.stall().toMillis() / 1e3), e);
        }
        throw new IOException("cut the transfer off at %,d bytes".formatted(done), e);
      }
      if (watchdog.stalled()) {
        throw new IOException(
            "sent nothing for %.0f s".formatted(patience.stall().toMillis() / 1e3));
      }
    }
  }

  private FinalException tooLarge() {
    return new FinalException(
        "sends more than the %,d bytes that are the most for it".formatted(file.most()));
  }

  private void refuseWebPage() throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(part)) {
      start = in.readNBytes(256);
    }
    String text = new String(start, StandardCharsets.ISO_8859_1).strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("<!doctype") || text.startsWith("<html")) {
      throw new FinalException(WEB_PAGE);
    }
  }

  private void pause(Duration length) throws InterruptedIOException {
    try {
      Thread.sleep(length);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  private long size() throws IOException {
    return Files.exists(part) ? Files.size(part) : 0;
  }

  /** What need not be asked for again, if the server or the checksum would tell another file. */
  private long resumable() throws IOException {
    return digest.isEmpty() && savedVersion().isEmpty() ? 0 : size();
  }

  private String savedVersion() throws IOException {
    return Files.exists(version) ? Files.readString(version) : "";
  }

  private void restart() throws IOException {
    Files.deleteIfExists(part);
    Files.deleteIfExists(version);
  }

  /** What an exception of the network means. */
  static String reason(IOException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof UnresolvedAddressException) {
        return "host not found";
      }
    }
    return switch (e) {
      case HttpTimeoutException _ -> "no answer";
      case ConnectException _ -> "no connection";
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
