package dev.graft.weights.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The cache: what is in it, where else files come from, and who may fetch them. */
@Timeout(60)
class HubTest extends HubFixture {
  @Test
  void aFileIsFetchedOnce() throws IOException {
    List<String> heard = new ArrayList<>();
    DownloadListener listener =
        new DownloadListener() {
          @Override
          public void progress(String name, long done, long total) {
            heard.add(name + " " + done + " of " + total);
          }

          @Override
          public void finished(String name) {
            heard.add("finished");
          }
        };
    try (LoopbackServer server =
        new LoopbackServer((r, out) -> LoopbackServer.file(r, out, CONTENT))) {
      Hub hub = hub().withListener(listener);
      assertArrayEquals(CONTENT, Files.readAllBytes(hub.fetch(file(server))));
      hub.fetch(file(server));
      assertEquals(1, server.requests.size());
      assertEquals("identity", server.requests.getFirst().headers().get("accept-encoding"));
      assertEquals("net-0123.pth 300000 of 300000", heard.get(heard.size() - 2));
      assertEquals("finished", heard.getLast());
      assertOnly("net-0123.pth");
    }
  }

  @Test
  void mirrorsComeFirstAndFoldersAreMirrors() throws IOException {
    Path folder = Files.createDirectories(home.resolve("mirror/torchvision"));
    try (LoopbackServer server =
        new LoopbackServer((r, out) -> LoopbackServer.file(r, out, CONTENT))) {
      Hub hub = hub(home.resolve("mirror").toUri(), server.address("/mirror/"));
      RemoteFile file = file(server);
      hub.fetch(file);
      assertEquals("/mirror/" + PATH, server.requests.getFirst().path());
      Files.delete(home.resolve(PATH));
      Files.write(folder.resolve("net-0123.pth"), CONTENT);
      assertArrayEquals(CONTENT, Files.readAllBytes(hub.fetch(file)));
      assertEquals(1, server.requests.size());
    }
  }

  @Test
  void offlineSaysWhichFileToPutWhere() throws IOException {
    try (LoopbackServer server =
        new LoopbackServer((r, out) -> LoopbackServer.file(r, out, CONTENT))) {
      Hub offline = new Hub(home, List.of(), true, List.of(), SHORT, DownloadListener.SILENT);
      RemoteFile file = file(server);
      HubException e = assertThrows(HubException.class, () -> offline.fetch(file));
      assertEquals(
          "hub: net-0123.pth is not in the cache, and GRAFT_OFFLINE forbids to fetch it; get %s and"
                  .formatted(file.address())
              + " put it at "
              + home.resolve(PATH),
          e.getMessage());
      assertEquals(Optional.empty(), offline.fetchIfThere(file));
      assertEquals(0, server.requests.size());
      Files.write(home.resolve(PATH), CONTENT);
      assertEquals(home.resolve(PATH), offline.fetch(file));
    }
  }

  @Test
  void whatSomebodyPutThereIsChecked() throws IOException {
    Files.createDirectories(home.resolve("torchvision"));
    Files.write(home.resolve(PATH), new byte[10]);
    RemoteFile file = new RemoteFile(PATH, URI.create("http://localhost/x"), "sha256:01234567");
    HubException e = assertThrows(HubException.class, () -> hub().fetch(file));
    assertEquals(
        "hub: %s is damaged or another file: its SHA-256 begins with %s, not 01234567; delete it"
            .formatted(home.resolve(PATH), sha256(new byte[10]).substring(0, 8)),
        e.getMessage());
  }

  @Test
  void anotherProgramsCacheIsUsedWhereItLies() throws IOException {
    Path checkpoints = Files.createDirectories(home.resolve("checkpoints"));
    Files.write(checkpoints.resolve("net-0123.pth"), CONTENT);
    Hub hub = new Hub(home, List.of(), true, List.of(checkpoints), SHORT, DownloadListener.SILENT);
    RemoteFile file =
        new RemoteFile(PATH, URI.create("http://localhost/x"), "sha256:" + sha256(CONTENT));
    assertEquals(checkpoints.resolve("net-0123.pth"), hub.fetch(file));
  }

  @Test
  void twoAtOnceDownloadOnce() throws Exception {
    List<String> waited = new ArrayList<>();
    DownloadListener listener =
        new DownloadListener() {
          @Override
          public void progress(String name, long done, long total) {}

          @Override
          public synchronized void waiting(String name) {
            waited.add(name);
          }
        };
    try (LoopbackServer server =
            new LoopbackServer((r, out) -> {
              Thread.sleep(200);
              LoopbackServer.file(r, out, CONTENT);
            });
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Hub hub = hub().withListener(listener);
      List<CompletableFuture<Path>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return hub.fetch(file(server));
                  } catch (HubException e) {
                    throw new IllegalStateException(e);
                  }
                },
                threads));
      }
      for (CompletableFuture<Path> one : all) {
        assertEquals(home.resolve(PATH), one.get());
      }
      assertEquals(1, server.requests.size());
      assertEquals(3, waited.size());
      assertOnly("net-0123.pth");
    }
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    try (LoopbackServer server = new LoopbackServer((r, out) -> Thread.sleep(20_000))) {
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      Thread thread =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  hub().fetch(file(server));
                  failure.complete(null);
                } catch (HubException e) {
                  failure.complete(e);
                }
              });
      while (server.requests.isEmpty()) {
        Thread.sleep(5);
      }
      thread.interrupt();
      assertTrue(failure.get().getMessage().contains("interrupted"), failure.get().getMessage());
    }
  }

  @Test
  void wrongPathsAndDigestsAreRefused() {
    URI address = URI.create("http://localhost/x");
    for (String path : List.of("../x", "a/../../x", "/etc/x", "a//b", "", "a/./b", "a\\b", "..")) {
      assertThrows(IllegalArgumentException.class, () -> new RemoteFile(path, address, ""), path);
    }
    for (String digest : List.of("sha256:0123", "crc:01234567", "01234567", "sha256:xyzxyzxy")) {
      assertThrows(
          IllegalArgumentException.class, () -> new RemoteFile("a", address, digest), digest);
    }
    assertEquals("b", new RemoteFile("a/b", address, "").name());
  }

  /** The operating system's lock holds between processes. */
  @Test
  void twoProcessesDownloadOnce() throws Exception {
    try (LoopbackServer server =
        new LoopbackServer((r, out) -> {
          Thread.sleep(1500); // both have come by then
          LoopbackServer.file(r, out, CONTENT);
        })) {
      RemoteFile file = file(server);
      List<Process> both = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        both.add(FetchProcess.start(home, file));
      }
      for (Process one : both) {
        String said = new String(one.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, one.waitFor(), said);
      }
      assertEquals(1, server.requests.size());
      assertArrayEquals(CONTENT, Files.readAllBytes(home.resolve(PATH)));
    }
  }
}
