package dev.graft.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.graft.data.ImageLoader.Unreadable;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/** What commands print: text for people, or one JSON object on stdout and nothing else there. */
final class Output {
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().serializeSpecialFloatingPointValues().create();

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;

  Output(PrintWriter out, PrintWriter err, boolean json) {
    this.out = out;
    this.err = err;
    this.json = json;
  }

  /** A line for people; left out with --json. */
  void line(String format, Object... values) {
    if (!json) {
      out.println(String.format(format, values));
      out.flush();
    }
  }

  /** The result with --json; left out otherwise. */
  void object(Map<String, ?> result) {
    if (json) {
      out.println(GSON.toJson(result));
      out.flush();
    }
  }

  /** The files that were left out, on stderr. */
  void unreadable(List<Unreadable> files) {
    files.forEach(f -> err.println("skipped " + f));
    err.flush();
  }

  static List<Map<String, String>> describe(List<Unreadable> files) {
    return files.stream()
        .map(f -> Map.of("file", f.file().toString(), "reason", f.reason()))
        .toList();
  }
}
