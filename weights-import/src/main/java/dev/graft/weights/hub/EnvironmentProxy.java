package dev.graft.weights.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The proxies of {@code https_proxy}, {@code http_proxy} and {@code no_proxy}, which Java does not
 * look at by itself; where these say nothing, Java's own ({@code -Dhttps.proxyHost}, the system's).
 */
final class EnvironmentProxy extends ProxySelector {
  private final Map<String, String> environment;
  private final ProxySelector otherwise;

  EnvironmentProxy(Map<String, String> environment, ProxySelector otherwise) {
    this.environment = environment;
    this.otherwise = otherwise;
  }

  @Override
  public List<Proxy> select(URI address) {
    URI proxy = proxy(address);
    if (proxy == null) {
      return otherwise == null ? List.of(Proxy.NO_PROXY) : otherwise.select(address);
    }
    int port = proxy.getPort() < 0 ? 80 : proxy.getPort();
    return List.of(
        new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(proxy.getHost(), port)));
  }

  /**
   * The address of the environment's proxy for an address, with its name and password; or null.
   *
   * @throws IllegalArgumentException if the variable holds no address of an HTTP proxy
   */
  URI proxy(URI address) {
    String name = address.getScheme().toLowerCase(Locale.ROOT) + "_proxy";
    String given = variable(name).strip();
    if (given.isEmpty() || isExcepted(address.getHost())) {
      return null;
    }
    URI proxy;
    try {
      proxy = URI.create(given.contains("://") ? given : "http://" + given);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + " holds no address"); // nor is its password shown
    }
    if (proxy.getHost() == null || !proxy.getScheme().matches("(?i)https?")) {
      throw new IllegalArgumentException(name + " holds no address of an HTTP proxy");
    }
    return proxy;
  }

  private String variable(String name) {
    String lower = environment.get(name);
    return lower != null ? lower : environment.getOrDefault(name.toUpperCase(Locale.ROOT), "");
  }

  /** Whether no_proxy names the host or a domain that it is in. */
  private boolean isExcepted(String host) {
    for (String entry : variable("no_proxy").split("[,\\s]+")) {
      String domain = entry.startsWith("*.") ? entry.substring(2) : entry.replaceFirst("^\\.", "");
      boolean inside = host.equalsIgnoreCase(domain) || host.endsWith("." + domain);
      if (entry.equals("*") || !domain.isEmpty() && inside) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void connectFailed(URI address, SocketAddress proxy, IOException e) {
    if (otherwise != null) {
      otherwise.connectFailed(address, proxy, e);
    }
  }
}
