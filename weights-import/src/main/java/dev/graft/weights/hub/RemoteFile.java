package dev.graft.weights.hub;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A file that is published somewhere.
 *
 * @param path where it lies in the cache and in mirrors, with slashes: {@code
 *     torchvision/resnet50-0676ba61.pth}
 * @param address its public address
 * @param digest {@code sha256:} or {@code md5:} and the first hexadecimal digits of its checksum,
 *     eight at least; empty where it is not known
 * @param most more bytes than it can have: a server that sends more is not believed
 */
public record RemoteFile(String path, URI address, String digest, long most) {
  private static final Pattern PATH =
      Pattern.compile("(?!.*(^|/)\\.\\.?(/|$))[\\w.@+-]+(/[\\w.@+-]+)*");
  private static final Pattern DIGEST =
      Pattern.compile("|sha256:[0-9a-f]{8,64}|md5:[0-9a-f]{8,32}");

  /** No ResNet's weights are larger. */
  public static final long MOST_WEIGHTS = 20L << 30;

  /**
   * @throws IllegalArgumentException if the path could lead out of the cache, or the digest is none
   */
  public RemoteFile {
    if (!PATH.matcher(path).matches()) {
      throw new IllegalArgumentException("hub: no path within the cache: \"" + path + "\"");
    }
    digest = digest.toLowerCase(Locale.ROOT);
    if (!DIGEST.matcher(digest).matches()) {
      throw new IllegalArgumentException("hub: no digest: \"" + digest + "\"");
    }
  }

  /** Weights at an address whose checksum is known. */
  public RemoteFile(String path, URI address, String digest) {
    this(path, address, digest, MOST_WEIGHTS);
  }

  /** The file's own name. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
