package dev.graft.weights.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the environment says to the hub, and names of repositories. */
class HubSettingsTest {
  private static final Path USER = Path.of(System.getProperty("user.home"));

  @Test
  void theCacheLiesWhereTheSystemKeepsCaches() {
    assertEquals(USER.resolve(".cache/graft"), Hub.of(Map.of(), "Linux").home());
    assertEquals(Path.of("/x/graft"), Hub.of(Map.of("XDG_CACHE_HOME", "/x"), "Linux").home());
    assertEquals(USER.resolve("Library/Caches/graft"), Hub.of(Map.of(), "Mac OS X").home());
    assertEquals(
        Path.of("/local/graft"), Hub.of(Map.of("LOCALAPPDATA", "/local"), "Windows 11").home());
    assertEquals(Path.of("/own"), Hub.of(Map.of("GRAFT_HOME", "/own"), "Linux").home());
  }

  @Test
  void mirrorsAreAddressesOrFolders() {
    Hub hub = Hub.of(Map.of("GRAFT_MIRROR", "https://a.example/w, file:/b, /c"), "Linux");
    assertEquals(
        List.of(
            URI.create("https://a.example/w/"), URI.create("file:/b/"), URI.create("file:///c/")),
        hub.mirrors());
    assertEquals(List.of(), Hub.of(Map.of(), "Linux").mirrors());
  }

  @ParameterizedTest
  @CsvSource({"1, true", "true, true", "yes, true", "0, false", "False, false", "'', false"})
  void offline(String value, boolean expected) {
    assertEquals(expected, Hub.of(Map.of("GRAFT_OFFLINE", value), "Linux").offline());
  }

  @Test
  void pytorchsCacheIsLookedInto() {
    assertEquals(
        List.of(USER.resolve(".cache/torch/hub/checkpoints")), Hub.of(Map.of(), "Linux").others());
    assertEquals(
        List.of(Path.of("/t/hub/checkpoints")),
        Hub.of(Map.of("TORCH_HOME", "/t"), "Linux").others());
  }

  @ParameterizedTest
  @CsvSource({
    "hf:timm/resnet50.a1_in1k, timm, resnet50.a1_in1k, main",
    "hf:microsoft/resnet-50@refs-1, microsoft, resnet-50, refs-1"
  })
  void repositories(String text, String owner, String name, String revision) {
    HuggingFace repository = HuggingFace.of(text);
    assertEquals(new HuggingFace(owner, name, revision), repository);
    assertEquals(text, repository.toString());
    RemoteFile file = repository.weights("model.safetensors");
    assertEquals("hf/%s/%s/%s/model.safetensors".formatted(owner, name, revision), file.path());
    assertTrue(
        file.address()
            .getPath()
            .endsWith("/%s/%s/resolve/%s/model.safetensors".formatted(owner, name, revision)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hf:", "hf:a", "hf:a/b/c", "hf:../b", "hf:a/..", "timm/x", "hf:a/b@../c"})
  void whatIsNoRepository(String text) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> HuggingFace.of(text));
    assertEquals(
        "hub: \"" + text + "\" is no repository; write hf:OWNER/NAME or hf:OWNER/NAME@REVISION",
        e.getMessage());
  }

  @Test
  void proxiesOfTheEnvironment() {
    ProxySelector proxies =
        new EnvironmentProxy(
            Map.of(
                "https_proxy", "http://proxy.example:3128",
                "HTTP_PROXY", "plain.example",
                "no_proxy", "localhost, .inside.example"),
            null);
    assertEquals(
        List.of(proxy("proxy.example", 3128)), proxies.select(URI.create("https://a.example/x")));
    assertEquals(
        List.of(proxy("plain.example", 80)), proxies.select(URI.create("http://a.example/x")));
    for (String host : List.of("localhost", "inside.example", "a.inside.example")) {
      assertEquals(
          List.of(Proxy.NO_PROXY), proxies.select(URI.create("https://" + host + "/x")), host);
    }
    assertFalse(proxies.select(URI.create("https://outside.example/")).contains(Proxy.NO_PROXY));
  }

  private static Proxy proxy(String host, int port) {
    return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port));
  }

  @Test
  void aProxyIsReallyAsked() throws Exception {
    try (LoopbackServer proxy =
            new LoopbackServer((r, out) -> LoopbackServer.head(out, 204, "content-length: 0"));
        HttpClient client =
            HttpClient.newBuilder()
                .proxy(new EnvironmentProxy(Map.of("http_proxy", "" + proxy.address("")), null))
                .build()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://a.example/x")).build();
      assertEquals(204, client.send(request, BodyHandlers.discarding()).statusCode());
      assertEquals("http://a.example/x", proxy.requests.getFirst().path());
    }
  }

  @Test
  void javasOwnProxiesOtherwise() throws IOException {
    ProxySelector java = ProxySelector.of(new InetSocketAddress("127.0.0.1", 9));
    ProxySelector proxies = new EnvironmentProxy(Map.of(), java);
    assertEquals(
        java.select(URI.create("https://a.example/")),
        proxies.select(URI.create("https://a.example/")));
  }
}
