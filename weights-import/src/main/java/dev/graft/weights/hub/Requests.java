package dev.graft.weights.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends requests and follows redirections, from which it takes what they tell of the file. */
final class Requests implements AutoCloseable {
  private static final int MOST_REDIRECTIONS = 10;

  /** Hugging Face's redirection to a large file names its SHA-256. */
  private static final Pattern LINKED = Pattern.compile("\"([0-9a-f]{64})\"");

  private final HttpClient client;
  private final Patience patience;
  private final Credentials credentials;

  Requests(Patience patience) {
    this(patience, System.getenv());
  }

  Requests(Patience patience, Map<String, String> environment) {
    this.patience = patience;
    EnvironmentProxy proxies = new EnvironmentProxy(environment, ProxySelector.getDefault());
    credentials = new Credentials(environment, proxies);
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(patience.connect())
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(proxies)
            .build();
  }

  /**
   * Asks for a file from byte {@code from} on.
   *
   * @param validator the version that those bytes are of; empty: any
   */
  Answer get(URI address, long from, String validator) throws IOException {
    URI at = address;
    String digest = "";
    for (int i = 0; i < MOST_REDIRECTIONS; i++) {
      HttpResponse<InputStream> response = send(request(at, from, validator));
      Matcher linked = LINKED.matcher(response.headers().firstValue("x-linked-etag").orElse(""));
      digest = linked.find() ? "sha256:" + linked.group(1) : digest;
      int status = response.statusCode();
      String location = response.headers().firstValue("location").orElse(null);
      if (status < 301 || status > 308 || status == 304 || location == null) {
        return new Answer(response, digest, credentials.advice(status, at));
      }
      response.body().close();
      at = redirected(at, location);
    }
    throw new FinalException("sends from one address to the next without end");
  }

  private static URI redirected(URI from, String location) throws FinalException {
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new FinalException("sends to an address that is none: " + location);
    }
    boolean http = "http".equals(to.getScheme()) && "http".equals(from.getScheme());
    if (!http && !"https".equals(to.getScheme()) || to.getHost() == null) {
      throw new FinalException("sends from a secure address to another kind: " + to);
    }
    return to;
  }

  private HttpRequest request(URI address, long from, String validator) throws FinalException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("accept-encoding", "identity")
            .header("user-agent", "graft");
    try {
      header(request, "authorization", credentials.server(address));
      header(request, "proxy-authorization", credentials.proxy(address));
    } catch (IllegalArgumentException e) {
      throw new FinalException("cannot be asked: " + e.getMessage());
    }
    if (from > 0) {
      request.header("range", "bytes=" + from + "-");
      if (!validator.isEmpty()) {
        request.header("if-range", validator);
      }
    }
    return request.build();
  }

  private static void header(HttpRequest.Builder request, String name, String value) {
    if (!value.isEmpty()) {
      request.header(name, value);
    }
  }

  /** Waits for the head of an answer. A request's own timeout counts the body too, from 26 on. */
  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    CompletableFuture<HttpResponse<InputStream>> answer =
        client.sendAsync(request, BodyHandlers.ofInputStream());
    try {
      return answer.get(patience.connect().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new HttpTimeoutException("no answer");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        String refused = String.valueOf(io.getMessage()); // the client's "Tunnel failed, got: 407"
        if (refused.startsWith("Tunnel failed") && refused.endsWith("407")) {
          throw new FinalException("proxy answered 407" + credentials.advice(407, request.uri()));
        }
        throw io;
      }
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
