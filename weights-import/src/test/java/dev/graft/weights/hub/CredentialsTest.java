package dev.graft.weights.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens and passwords go where they belong, and nowhere else. */
class CredentialsTest extends HubFixture {
  private static final String USER = "Basic dXNlcjpwQHNz"; // user:p@ss

  private static Credentials credentials(Map<String, String> environment) {
    return new Credentials(environment, new EnvironmentProxy(environment, null));
  }

  @ParameterizedTest
  @CsvSource({
    "https://huggingface.co/a/b/resolve/main/c, Bearer hf_1",
    "http://huggingface.co/a, ''",
    "https://cdn-lfs.huggingface.co/a, ''",
    "https://huggingface.co:444/a, ''",
    "https://download.pytorch.org/models/x.pth, ''"
  })
  void theTokenGoesToHuggingFaceAlone(String address, String expected) {
    for (String variable : new String[] {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
      assertEquals(expected, credentials(Map.of(variable, " hf_1\n")).server(URI.create(address)));
    }
    assertEquals("", credentials(Map.of()).server(URI.create(address)));
  }

  @Test
  void theTokenIsNotHandedOnWithARedirection() throws IOException {
    try (LoopbackServer store =
            new LoopbackServer((r, out) -> LoopbackServer.file(r, out, CONTENT));
        LoopbackServer server =
            new LoopbackServer((r, out) ->
                LoopbackServer.head(
                    out, 302, "location: " + store.address("/blob"), "content-length: 0"));
        Requests requests =
            new Requests(
                SHORT, Map.of("HF_TOKEN", "hf_1", "HF_ENDPOINT", server.address("").toString()))) {
      Answer answer = requests.get(server.address("/a/b/resolve/main/x"), 0, "");
      try (InputStream body = answer.response().body()) {
        assertArrayEquals(CONTENT, body.readAllBytes());
      }
      assertEquals("Bearer hf_1", server.requests.getFirst().headers().get("authorization"));
      assertNull(store.requests.getFirst().headers().get("authorization"));
    }
  }

  @Test
  void aProxysNameAndPasswordAreTakenFromItsAddress() {
    Credentials credentials =
        credentials(Map.of("https_proxy", "http://user:p%40ss@proxy:3128", "no_proxy", "inside"));
    assertEquals(USER, credentials.proxy(URI.create("https://a.example/x")));
    assertEquals("", credentials.proxy(URI.create("https://inside/x")));
    assertEquals("", credentials.proxy(URI.create("http://a.example/x")));
  }

  @ParameterizedTest
  @CsvSource({
    "http://user:pa ss@proxy, https_proxy holds no address",
    "socks5://user:secret@proxy:1080, https_proxy holds no address of an HTTP proxy"
  })
  void aWrongProxyIsToldWithoutItsPassword(String proxy, String expected) throws IOException {
    try (Requests requests = new Requests(SHORT, Map.of("https_proxy", proxy))) {
      String message =
          assertThrows(
                  FinalException.class, () -> requests.get(URI.create("https://a.example/"), 0, ""))
              .getMessage();
      assertEquals("cannot be asked: " + expected, message);
    }
  }

  /** In a process of its own, where Java's client has not yet looked at its settings. */
  @ParameterizedTest
  @CsvSource({"http://a.example/net.pth, /net.pth", "https://a.example/net.pth, a.example:443"})
  void theProxyIsToldWhoAsks(String address, String asked) throws Exception {
    try (LoopbackServer proxy =
        new LoopbackServer((r, out) -> {
          if (r.path().startsWith("http")) {
            LoopbackServer.file(r, out, CONTENT);
          } else {
            LoopbackServer.head(out, 407, "content-length: 0");
          }
        })) {
      Map<String, String> environment = new HashMap<>();
      String at = proxy.address("").toString().replace("//", "//user:p%40ss@");
      environment.put("http_proxy", at);
      environment.put("https_proxy", at);
      environment.put("no_proxy", "");
      RemoteFile file =
          new RemoteFile(PATH, URI.create(address), "sha256:" + sha256(CONTENT).substring(0, 8));
      Process process = FetchProcess.start(home, file, environment);
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      assertFalse(proxy.requests.isEmpty(), said);
      assertTrue(proxy.requests.getFirst().path().endsWith(asked), said);
      assertEquals(USER, proxy.requests.getFirst().headers().get("proxy-authorization"), said);
      assertFalse(said.contains("p@ss") || said.contains("p%40ss"), said);
      assertEquals(address.startsWith("http:"), Files.exists(home.resolve(PATH)), said);
      assertEquals(address.startsWith("https:"), said.contains("the proxy wants a name"), said);
    }
  }

  @Test
  void refusalsSayWhatToDo() {
    URI there = URI.create("https://huggingface.co/a/b");
    assertEquals(
        ": there is no such repository, or it is private; HF_TOKEN says who is asking",
        credentials(Map.of()).advice(401, there));
    assertEquals(
        ": the token in HF_TOKEN does not open this repository",
        credentials(Map.of("HF_TOKEN", "x")).advice(403, there));
    assertEquals("", credentials(Map.of()).advice(403, URI.create("https://a.example/")));
    assertEquals("", credentials(Map.of()).advice(404, there));
    assertTrue(credentials(Map.of()).advice(407, there).contains("NAME:PASSWORD@HOST"));
  }
}
