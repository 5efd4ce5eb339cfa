package dev.graft.weights.hub;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/**
 * What is said to servers of who is asking: to Hugging Face's the token of {@code HF_TOKEN}, for
 * private and gated repositories, and to a proxy the name and password that its address holds. Each
 * goes to that server alone, and stands in no message.
 */
final class Credentials {
  private static final String ENDPOINT = "https://huggingface.co";

  /**
   * Java's list of ways to log in that proxies of secure connections may not ask for: a name and a
   * password, which go there in the clear, unless told otherwise.
   */
  private static final String TUNNELS = "jdk.http.auth.tunneling.disabledSchemes";

  private final Map<String, String> environment;
  private final EnvironmentProxy proxies;

  Credentials(Map<String, String> environment, EnvironmentProxy proxies) {
    this.environment = environment;
    this.proxies = proxies;
    String proxy = environment.getOrDefault("https_proxy", environment.get("HTTPS_PROXY"));
    if (proxy != null && proxy.contains("@") && System.getProperty(TUNNELS) == null) {
      System.setProperty(TUNNELS, ""); // looked at when the first client is made
    }
  }

  /**
   * Hugging Face's address, or that of another server with the same paths ({@code HF_ENDPOINT}).
   */
  static String endpoint(Map<String, String> environment) {
    String given = environment.getOrDefault("HF_ENDPOINT", "").strip();
    return given.isEmpty() ? ENDPOINT : given.replaceFirst("/+$", "");
  }

  /** The header {@code authorization} for an address; empty: none. */
  String server(URI address) {
    String token = token();
    return token.isEmpty() || !isHuggingFace(address) ? "" : "Bearer " + token;
  }

  private String token() {
    String token = environment.getOrDefault("HF_TOKEN", "");
    return (token.isEmpty() ? environment.getOrDefault("HUGGING_FACE_HUB_TOKEN", "") : token)
        .strip();
  }

  private boolean isHuggingFace(URI address) {
    URI endpoint = URI.create(endpoint(environment));
    return endpoint.getScheme().equals(address.getScheme())
        && endpoint.getHost().equalsIgnoreCase(address.getHost())
        && endpoint.getPort() == address.getPort();
  }

  /** The header {@code proxy-authorization} for an address; empty: none. */
  String proxy(URI address) {
    URI proxy = proxies.proxy(address);
    if (proxy == null || proxy.getRawUserInfo() == null) {
      return "";
    }
    String user =
        URLDecoder.decode(proxy.getRawUserInfo().replace("+", "%2B"), StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
  }

  /** What to do where a server answers that somebody may not have the file; often nothing. */
  String advice(int status, URI address) {
    if (status == 407) {
      return ": the proxy wants a name and a password; write them into https_proxy,"
          + " http://NAME:PASSWORD@HOST:PORT";
    }
    if (status != 401 && status != 403 || !isHuggingFace(address)) {
      return "";
    }
    return token().isEmpty()
        ? ": there is no such repository, or it is private; HF_TOKEN says who is asking"
        : ": the token in HF_TOKEN does not open this repository";
  }
}
