package dev.graft.weights.hub;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server on this machine that sends what a test wants, byte by byte: no library would let it lie.
 * Each connection gets one answer and is closed.
 */
final class LoopbackServer implements AutoCloseable {
  /** What was asked for. */
  record Request(int number, String path, Map<String, String> headers) {
    /** The first byte that is asked for. */
    int from() {
      String range = headers.getOrDefault("range", "bytes=0-");
      return Integer.parseInt(range.substring("bytes=".length(), range.indexOf('-')));
    }
  }

  @FunctionalInterface
  interface Handler {
    void answer(Request request, OutputStream out) throws Exception;
  }

  private final ServerSocket socket;
  private final Handler handler;
  final List<Request> requests = new CopyOnWriteArrayList<>();

  LoopbackServer(Handler handler) throws IOException {
    this.handler = handler;
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
  }

  URI address(String path) {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + path);
  }

  private void serve() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        Thread.ofVirtual().start(() -> answer(connection));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void answer(Socket connection) {
    try (connection) {
      Request request = read(connection);
      OutputStream out = connection.getOutputStream();
      handler.answer(request, out);
      out.flush();
    } catch (Exception clientWentAway) {
      return;
    }
  }

  private Request read(Socket connection) throws IOException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
    String path = in.readLine().split(" ")[1];
    Map<String, String> headers = new TreeMap<>();
    for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
      String[] header = line.split(": ", 2);
      headers.put(header[0].toLowerCase(Locale.ROOT), header[1]);
    }
    synchronized (requests) {
      Request request = new Request(requests.size() + 1, path, headers);
      requests.add(request);
      return request;
    }
  }

  /** The head of an answer. */
  static void head(OutputStream out, int status, String... headers) throws IOException {
    String text =
        "HTTP/1.1 "
            + status
            + " X\r\n"
            + String.join("\r\n", headers)
            + "\r\nconnection: close\r\n\r\n";
    out.write(
        text.replace("\r\n\r\nconnection", "\r\nconnection").getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A whole file, or the part that was asked for, as a good server sends it. */
  static void file(Request request, OutputStream out, byte[] content) throws IOException {
    int from = request.from();
    int length = content.length - from;
    if (from == 0) {
      head(out, 200, "content-length: " + length, "etag: \"v1\"");
    } else {
      head(
          out,
          206,
          "content-length: " + length,
          "etag: \"v1\"",
          "content-range: bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
    }
    out.write(content, from, length);
  }

  /**
   * A part of what was announced, after which the connection is closed. Java's client may lose what
   * it has not handed on when it sees that, so it gets time to.
   */
  static void cut(OutputStream out, byte[] content, int count)
      throws IOException, InterruptedException {
    out.write(content, 0, count);
    out.flush();
    Thread.sleep(100);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
