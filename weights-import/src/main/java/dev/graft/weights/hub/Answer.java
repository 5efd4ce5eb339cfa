package dev.graft.weights.hub;

import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's answer, after its redirections.
 *
 * @param linkedDigest the checksum that a redirection told of (Hugging Face's); empty if none did
 * @param advice what to do about a refusal, to go behind it; often nothing
 */
record Answer(HttpResponse<InputStream> response, String linkedDigest, String advice) {
  private static final Pattern RANGE =
      Pattern.compile("bytes (?:(\\d{1,18})-\\d{1,18}|\\*)/(\\d{1,18}|\\*)");

  int status() {
    return response.statusCode();
  }

  Optional<String> header(String name) {
    return response.headers().firstValue(name);
  }

  boolean isWebPage() {
    return header("content-type").map(type -> type.startsWith("text/html")).orElse(false);
  }

  /** How many bytes the body is said to have; -1 if nothing is said. */
  long length() {
    try {
      OptionalLong length = response.headers().firstValueAsLong("content-length");
      return length.orElse(-1);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Where a part begins; -1 if it is not said. */
  long start() {
    Matcher range = range();
    return range.matches() && range.group(1) != null ? Long.parseLong(range.group(1)) : -1;
  }

  /** The whole file's bytes, of an answer with a range; -1 if not said. */
  long total() {
    Matcher range = range();
    return range.matches() && !range.group(2).equals("*") ? Long.parseLong(range.group(2)) : -1;
  }

  private Matcher range() {
    return RANGE.matcher(header("content-range").orElse(""));
  }

  /** What tells this version of the file from another; empty if the server gives nothing. */
  String validator() {
    String tag = header("etag").orElse("");
    return tag.startsWith("\"") ? tag : header("last-modified").orElse("");
  }

  /** How long the server wants to be left alone. */
  Duration retryAfter() {
    String value = header("retry-after").orElse("0");
    try {
      return Duration.ofSeconds(Long.parseLong(value.strip()));
    } catch (NumberFormatException date) {
      try {
        ZonedDateTime then = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
        return Duration.between(ZonedDateTime.now(), then);
      } catch (DateTimeException e) {
        return Duration.ZERO;
      }
    }
  }
}
