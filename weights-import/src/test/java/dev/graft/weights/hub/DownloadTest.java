package dev.graft.weights.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.weights.hub.LoopbackServer.Handler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Downloads from servers on this machine that are slow, break off, lie or change their mind. */
@Timeout(30)
class DownloadTest extends HubFixture {
  private static RemoteFile unknown(LoopbackServer server) {
    return new RemoteFile(PATH, server.address("/net.pth"), "");
  }

  private void fetches(Handler handler, int requests) throws IOException {
    try (LoopbackServer server = new LoopbackServer(handler)) {
      Path got = hub().fetch(file(server));
      assertEquals(home.resolve(PATH), got);
      assertArrayEquals(CONTENT, Files.readAllBytes(got));
      assertEquals(requests, server.requests.size());
      assertOnly("net-0123.pth");
    }
  }

  /** Everything after "cannot be fetched: ADDRESS ". */
  private String refusal(Handler handler, boolean digest) throws IOException {
    try (LoopbackServer server = new LoopbackServer(handler)) {
      RemoteFile file = digest ? file(server) : unknown(server);
      HubException e = assertThrows(HubException.class, () -> hub().fetch(file));
      String start = "hub: net-0123.pth cannot be fetched: " + file.address() + " ";
      String end =
          "; put it at %s, or set GRAFT_MIRROR to a folder or server that has %s"
              .formatted(home.resolve(PATH), PATH);
      assertTrue(e.getMessage().startsWith(start), e.getMessage());
      assertTrue(e.getMessage().endsWith(end), e.getMessage());
      assertFalse(Files.exists(home.resolve(PATH)));
      return e.getMessage().substring(start.length(), e.getMessage().length() - end.length());
    }
  }

  @Test
  void aTransferThatBreaksOffGoesOnWhereItStood() throws IOException {
    fetches(
        (r, out) -> {
          if (r.number() == 1) {
            LoopbackServer.head(out, 200, "content-length: 300000", "etag: \"v1\"");
            LoopbackServer.cut(out, CONTENT, 200_000);
          } else {
            assertTrue(r.from() > 0 && r.from() <= 200_000, "asked from " + r.from());
            assertEquals("\"v1\"", r.headers().get("if-range"));
            LoopbackServer.file(r, out, CONTENT);
          }
        },
        2);
  }

  @Test
  void aSecondRunGoesOnWhereTheFirstGaveUp() throws IOException {
    try (LoopbackServer server =
        new LoopbackServer((r, out) -> {
          if (r.number() <= 4) {
            LoopbackServer.head(
                out, r.from() == 0 ? 200 : 503, "content-length: 300000", "etag: \"v1\"");
            LoopbackServer.cut(out, CONTENT, 100_000);
          } else {
            LoopbackServer.file(r, out, CONTENT);
          }
        })) {
      assertThrows(HubException.class, () -> hub().fetch(file(server)));
      long part = Files.size(home.resolve(PATH + ".part"));
      assertTrue(part > 0 && part <= 100_000, "the part has " + part);
      hub().fetch(file(server));
      assertEquals(part, server.requests.getLast().from());
      assertArrayEquals(CONTENT, Files.readAllBytes(home.resolve(PATH)));
      assertOnly("net-0123.pth");
    }
  }

  @Test
  void aServerWithoutRangesIsAskedForAllOfIt() throws IOException {
    fetches(
        (r, out) -> {
          LoopbackServer.head(out, 200, "content-length: 300000");
          LoopbackServer.cut(out, CONTENT, r.number() == 1 ? 200_000 : 300_000);
        },
        2);
  }

  @Test
  void aFileThatChangedMeanwhileIsFetchedAnew() throws IOException {
    byte[] old = new byte[300_000];
    fetches(
        (r, out) -> {
          if (r.number() == 1) {
            LoopbackServer.head(out, 200, "content-length: 300000", "etag: \"old\"");
            LoopbackServer.cut(out, old, 100_000);
          } else {
            assertEquals("\"old\"", r.headers().get("if-range"));
            LoopbackServer.head(out, 200, "content-length: 300000", "etag: \"v1\"");
            out.write(CONTENT);
          }
        },
        2);
  }

  @Test
  void aPartOfAnotherFileIsFoundOutAndFetchedAnew() throws IOException {
    Files.createDirectories(home.resolve("torchvision"));
    Files.write(home.resolve(PATH + ".part"), new byte[1000]);
    fetches((r, out) -> LoopbackServer.file(r, out, CONTENT), 2);
  }

  @Test
  void aWrongRangeIsNotTaken() throws IOException {
    fetches(
        (r, out) -> {
          if (r.number() == 1) {
            LoopbackServer.head(out, 200, "content-length: 300000", "etag: \"v1\"");
            LoopbackServer.cut(out, CONTENT, 1000);
          } else if (r.number() == 2) {
            LoopbackServer.head(out, 206, "content-length: 10", "content-range: bytes 5-14/300000");
            out.write(CONTENT, 5, 10);
          } else {
            LoopbackServer.file(r, out, CONTENT);
          }
        },
        3);
  }

  @Test
  void aSlowServerIsWaitedForWhileBytesCome() throws IOException {
    fetches(
        (r, out) -> {
          LoopbackServer.head(out, 200, "content-length: 300000");
          for (int i = 0; i < 6; i++) {
            out.write(CONTENT, i * 50_000, 50_000);
            out.flush();
            Thread.sleep(100); // 600 ms in all, twice the time without a byte that is allowed
          }
        },
        1);
  }

  @Test
  void aServerThatStopsIsLeft() throws IOException {
    String told =
        refusal(
            (r, out) -> {
              LoopbackServer.head(out, 200, "content-length: 300000");
              LoopbackServer.cut(out, CONTENT, 1000);
              out.flush();
              Thread.sleep(5_000);
            },
            true);
    assertEquals("sent nothing for 0 s, 3 times in a row", told);
  }

  @Test
  void aServerThatIsBusyIsAskedAgain() throws IOException {
    long start = System.nanoTime();
    fetches(
        (r, out) -> {
          if (r.number() < 3) {
            LoopbackServer.head(out, 503, "retry-after: " + (r.number() - 1), "content-length: 0");
          } else {
            LoopbackServer.file(r, out, CONTENT);
          }
        },
        3);
    assertTrue(System.nanoTime() - start > 1_000_000_000L, "retry-after is heeded");
  }

  @Test
  void aServerThatStaysBusyIsGivenUp() throws IOException {
    assertEquals(
        "answered 503, 3 times in a row",
        refusal((r, out) -> LoopbackServer.head(out, 503, "content-length: 0"), true));
  }

  @Test
  void anAbsentFileIsAskedForOnce() throws IOException {
    assertEquals(
        "answered 404",
        refusal(
            (r, out) -> {
              assertEquals(1, r.number());
              LoopbackServer.head(out, 404, "content-length: 0");
            },
            true));
    try (LoopbackServer server =
        new LoopbackServer((r, out) -> LoopbackServer.head(out, 404, "content-length: 0"))) {
      assertEquals(Optional.empty(), hub().fetchIfThere(file(server)));
    }
  }

  @Test
  void aWebPageIsNoFile() throws IOException {
    byte[] page = "\n<!DOCTYPE html><html>Log in</html>".getBytes(StandardCharsets.UTF_8);
    String expected =
        "sent a web page, not the file: a proxy's or a login's, or the file has moved";
    Handler labelled =
        (r, out) -> {
          LoopbackServer.head(
              out, 200, "content-type: text/html; charset=utf-8", "content-length: " + page.length);
          out.write(page);
        };
    assertEquals(expected, refusal(labelled, true));
    Handler unlabelled =
        (r, out) -> {
          LoopbackServer.head(out, 200, "content-length: " + page.length);
          out.write(page);
        };
    assertEquals(expected, refusal(unlabelled, false));
    assertTrue(refusal(unlabelled, true).startsWith("sent a damaged or another file: "));
  }

  @Test
  void aLengthThatIsTooLongIsFoundOut() throws IOException {
    String told =
        refusal(
            (r, out) -> {
              LoopbackServer.head(out, 200, "content-length: 400000");
              LoopbackServer.cut(out, CONTENT, 300_000);
            },
            true);
    assertTrue(
        told.matches("cut the transfer off at \\d{1,3},\\d{3} bytes, 3 times in a row"), told);
  }

  @Test
  void aLengthThatIsTooShortIsFoundOut() throws IOException {
    String told =
        refusal(
            (r, out) -> {
              LoopbackServer.head(out, 200, "content-length: 1000");
              out.write(CONTENT);
            },
            true);
    assertEquals(
        "sent a damaged or another file: its SHA-256 begins with %s, not %s"
            .formatted(
                sha256(Arrays.copyOf(CONTENT, 1000)).substring(0, 8),
                sha256(CONTENT).substring(0, 8)),
        told);
  }

  @Test
  void aServerThatSendsWithoutEndIsStopped() throws IOException {
    try (LoopbackServer server =
        new LoopbackServer((r, out) -> {
          LoopbackServer.head(out, 200);
          while (true) {
            out.write(CONTENT);
          }
        })) {
      RemoteFile small = new RemoteFile(PATH, server.address("/net.pth"), "", 1_000_000);
      HubException e = assertThrows(HubException.class, () -> hub().fetch(small));
      assertTrue(
          e.getMessage().contains("sends more than the 1,000,000 bytes that are the most for it"),
          e.getMessage());
      assertFalse(Files.exists(home.resolve(PATH + ".part")));
    }
  }

  @Test
  void redirectionsAreFollowedWithTheirChecksum() throws IOException {
    Handler redirecting =
        (r, out) -> {
          if (r.path().equals("/net.pth")) {
            LoopbackServer.head(
                out,
                302,
                "location: /blob",
                "x-linked-etag: \"" + sha256(CONTENT) + "\"",
                "content-length: 0");
          } else if (r.number() <= 2) {
            LoopbackServer.head(out, 200, "content-length: 300000", "etag: \"v1\"");
            LoopbackServer.cut(out, CONTENT, 100_000);
          } else {
            LoopbackServer.file(r, out, CONTENT);
          }
        };
    try (LoopbackServer server = new LoopbackServer(redirecting)) {
      assertArrayEquals(CONTENT, Files.readAllBytes(hub().fetch(unknown(server))));
      int from = server.requests.getLast().from();
      assertTrue(from > 0 && from <= 100_000, "asked from " + from);
    }
    Files.delete(home.resolve(PATH));
    String told =
        refusal(
            (r, out) -> {
              if (r.path().equals("/net.pth")) {
                redirecting.answer(r, out);
              } else {
                LoopbackServer.file(r, out, new byte[500]);
              }
            },
            false);
    assertTrue(told.startsWith("sent a damaged or another file"), told);
    assertEquals(
        "sends from one address to the next without end",
        refusal(
            (r, out) -> LoopbackServer.head(out, 301, "location: /net.pth", "content-length: 0"),
            true));
    assertEquals(
        "sends from a secure address to another kind: ftp://127.0.0.1/x",
        refusal(
            (r, out) ->
                LoopbackServer.head(out, 307, "location: ftp://127.0.0.1/x", "content-length: 0"),
            true));
  }

  @Test
  void noServerAtAll() throws IOException {
    LoopbackServer closed = new LoopbackServer((r, out) -> {});
    closed.close();
    HubException e = assertThrows(HubException.class, () -> hub().fetch(file(closed)));
    assertTrue(
        e.getMessage().contains(" no connection, 3 times in a row; put it at "), e.getMessage());
  }
}
