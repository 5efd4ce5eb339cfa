package dev.graft.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One row of a name map: {@code encoder.stages.{s}.layers.{b} = layer{s+1}.{b}}. {@code {s}} is a
 * number, {@code {b@}} a letter of which a is 0, {@code {p}} a word; on the right a number may be
 * moved by a constant.
 */
final class NameRow {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w)(@?)([+-]\\d)?}");

  private final Pattern left;
  private final List<Character> letters = new ArrayList<>();
  private final String right;

  private NameRow(String left, String right) {
    this.right = right;
    StringBuilder regex = new StringBuilder();
    Matcher m = PLACEHOLDER.matcher(left);
    int from = 0;
    while (m.find()) {
      regex.append(Pattern.quote(left.substring(from, m.start())));
      String kind = m.group(1).equals("p") ? "\\w+" : m.group(2).isEmpty() ? "\\d{1,4}" : "[a-z]";
      regex.append("(?<").append(m.group(1)).append('>').append(kind).append(')');
      if (!m.group(2).isEmpty()) {
        letters.add(m.group(1).charAt(0));
      }
      from = m.end();
    }
    this.left = Pattern.compile(regex.append(Pattern.quote(left.substring(from))).toString());
  }

  /** The rows of a table, one a line, both sides around an equals sign. */
  static List<NameRow> table(String text) {
    return text.lines()
        .map(line -> line.split("="))
        .map(side -> new NameRow(side[0].strip(), side[1].strip()))
        .toList();
  }

  /** The name on the right for one that fits the left; or null. */
  String map(String name) {
    Matcher given = left.matcher(name);
    if (!given.matches()) {
      return null;
    }
    Matcher m = PLACEHOLDER.matcher(right);
    StringBuilder out = new StringBuilder();
    while (m.find()) {
      String value = given.group(m.group(1));
      if (letters.contains(m.group(1).charAt(0))) {
        value = Integer.toString(value.charAt(0) - 'a');
      }
      if (m.group(3) != null) {
        value = Integer.toString(Integer.parseInt(value) + Integer.parseInt(m.group(3)));
      }
      m.appendReplacement(out, Matcher.quoteReplacement(value));
    }
    return m.appendTail(out).toString();
  }
}
