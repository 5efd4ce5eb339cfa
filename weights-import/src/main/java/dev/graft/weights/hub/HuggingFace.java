package dev.graft.weights.hub;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A repository of Hugging Face: {@code hf:timm/resnet50.a1_in1k}, or {@code hf:OWNER/NAME@REVISION}
 * for a branch, a tag or a commit. Its main branch is fetched once; what lies in the cache then is
 * not looked up again. {@code HF_ENDPOINT} names another server with the same paths, {@code
 * HF_TOKEN} opens private and gated repositories, as for Hugging Face's own tools.
 */
public record HuggingFace(String owner, String name, String revision) {
  private static final Pattern SPEC =
      Pattern.compile("(?:hf:)([\\w-][\\w.-]*)/([\\w-][\\w.-]*)(?:@([\\w-][\\w.-]*))?");

  /** Configurations are short. */
  private static final long MOST_TEXT = 4L << 20;

  /** Whether a text is meant as such a name. */
  public static boolean isName(String text) {
    return text.startsWith("hf:");
  }

  /**
   * Reads a name.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static HuggingFace of(String text) {
    Matcher m = SPEC.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "hub: \"" + text + "\" is no repository; write hf:OWNER/NAME or hf:OWNER/NAME@REVISION");
    }
    return new HuggingFace(m.group(1), m.group(2), m.group(3) == null ? "main" : m.group(3));
  }

  /** A file of weights in it. */
  public RemoteFile weights(String file) {
    return file(file, RemoteFile.MOST_WEIGHTS);
  }

  /** A configuration in it. */
  public RemoteFile text(String file) {
    return file(file, MOST_TEXT);
  }

  private RemoteFile file(String file, long most) {
    String endpoint = Credentials.endpoint(System.getenv());
    URI address =
        URI.create("%s/%s/%s/resolve/%s/%s".formatted(endpoint, owner, name, revision, file));
    return new RemoteFile(
        "hf/%s/%s/%s/%s".formatted(owner, name, revision, file), address, "", most);
  }

  @Override
  public String toString() {
    return "hf:" + owner + "/" + name + (revision.equals("main") ? "" : "@" + revision);
  }
}
