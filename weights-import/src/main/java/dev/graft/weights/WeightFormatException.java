package dev.graft.weights;

import java.io.IOException;

/**
 * A weight file that cannot be read, or that must not be: damaged, cut short, hostile, or of a kind
 * that Graft does not know.
 *
 * <p>The message is one line. It names the file, says what is wrong with it and, where something
 * can be done about it, what. Text that comes from the file itself (tensor names, Python globals)
 * appears in it with control characters replaced, so that it is safe to print.
 */
public final class WeightFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Longer than any message of ours; what exceeds it was copied from the file. */
  private static final int MAX_LENGTH = 1000;

  /**
   * @param file the file's name, as the user knows it
   * @param problem what is wrong, and what to do about it
   */
  public WeightFormatException(String file, String problem) {
    super(oneLine(file + ": " + problem));
  }

  /**
   * @param file the file's name, as the user knows it
   * @param problem what is wrong, and what to do about it
   * @param cause what went wrong underneath
   */
  public WeightFormatException(String file, String problem, Throwable cause) {
    super(oneLine(file + ": " + problem), cause);
  }

  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(Math.min(text.length(), MAX_LENGTH + 1));
    for (int i = 0; i < text.length(); i++) {
      if (line.length() >= MAX_LENGTH) {
        return line.append('…').toString();
      }
      char c = text.charAt(i);
      boolean printable =
          switch (Character.getType(c)) {
            case Character.CONTROL,
                Character.FORMAT,
                Character.LINE_SEPARATOR,
                Character.PARAGRAPH_SEPARATOR,
                Character.UNASSIGNED ->
                false;
            default -> true;
          };
      line.append(printable ? c : '\uFFFD');
    }
    return line.toString();
  }
}
