package dev.graft.demo;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * What the demo found, as a table for people and as JSON for programs.
 *
 * @param chart where the picture of the curves lies, or null where none could be drawn
 * @param seconds time of the whole demo
 */
record DemoReport(
    List<FewShot.Result> results,
    long seed,
    int testImages,
    long trunkParameters,
    Path chart,
    double seconds) {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  /** {@code {"accuracy": {"1": {"graft": 0.75, "scratch": …, "pixels": …}, "5": …}, …}}. */
  String toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("accuracy", byShots(score -> rounded(score.accuracy())));
    json.put("deviation", byShots(score -> rounded(score.deviation())));
    json.put("seconds_a_draw", byShots(score -> rounded(score.seconds())));
    json.put("draws", byContender(result -> result.scores().values().iterator().next().draws()));
    json.put(
        "trainable_parameters", byContender(result -> result.contender().trainableParameters()));
    json.put("trunk_parameters", trunkParameters);
    json.put("test_images", testImages);
    json.put("seed", seed);
    json.put("chart", chart == null ? null : chart.toString());
    json.put("seconds", rounded(seconds));
    return GSON.toJson(json);
  }

  private Map<String, Object> byShots(Function<Score, Object> value) {
    Map<String, Object> shots = new LinkedHashMap<>();
    for (int k : FewShot.SHOTS) {
      shots.put(String.valueOf(k), byContender(result -> value.apply(result.scores().get(k))));
    }
    return shots;
  }

  private Map<String, Object> byContender(Function<FewShot.Result, Object> value) {
    Map<String, Object> map = new LinkedHashMap<>();
    results.forEach(result -> map.put(result.contender().key(), value.apply(result)));
    return map;
  }

  private static double rounded(double value) {
    return Math.round(value * 1e5) / 1e5;
  }

  /** The table, with a line for each contender. */
  String toText() {
    StringBuilder out = new StringBuilder();
    line(out, "%,d handwritten digits, told apart after 1, 5 and 20 examples of each:", testImages);
    line(out, "");
    line(out, "%-28s %35s %11s %6s %8s", "", "per cent right after", "trainable", "", "time");
    line(
        out,
        "%-28s %11s %11s %11s %11s %6s %8s",
        "",
        "1",
        "5",
        "20",
        "parameters",
        "draws",
        "a draw");
    for (FewShot.Result result : results) {
      line(
          out,
          "%-28s %11s %11s %11s %,11d %6d %8s",
          result.contender().title(),
          accuracy(result, 1),
          accuracy(result, 5),
          accuracy(result, 20),
          result.contender().trainableParameters(),
          result.scores().get(20).draws(),
          time(result.scores().get(20).seconds()));
    }
    line(out, "");
    line(
        out,
        "Mean ± standard deviation over draws of the examples; chance is 10 %%. Time: to learn 20");
    line(out, "of each and answer, the trunk's features of all images given.");
    line(
        out,
        "The trunk is a ResNet-20 that Graft trained on letters drawn from fonts. Its %,d",
        trunkParameters);
    line(out, "parameters are frozen, and no digit was in its training.");
    return out.toString();
  }

  private static String accuracy(FewShot.Result result, int shots) {
    Score score = result.scores().get(shots);
    String mean = String.format(Locale.ROOT, "%.1f", 100 * score.accuracy());
    return score.draws() == 1
        ? mean
        : mean + String.format(Locale.ROOT, " ± %.1f", 100 * score.deviation());
  }

  private static String time(double seconds) {
    return seconds < 0.1
        ? String.format(Locale.ROOT, "%.0f ms", 1000 * seconds)
        : String.format(Locale.ROOT, "%.1f s", seconds);
  }

  private static void line(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
  }
}
