package dev.graft.op;

import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where an operation was applied: in which part of the network, and on which line of the user's.
 *
 * @param path the layer's path, or empty
 * @param line {@code Net.forward(Net.java:12)}
 */
record Origin(String path, String line) {
  private static final StackWalker WALKER = StackWalker.getInstance();
  private static final Pattern LAMBDA = Pattern.compile("lambda\\$(.*)\\$\\d+");

  /** Where operations and layers are defined: never the line that somebody looks for. */
  private static final List<String> INSIDE =
      List.of("tensor.", "op.", "backend.", "plan.", "nn.", "optim.");

  /** What else Graft brings; named only where nothing of the user's is on the stack. */
  private static final List<String> AROUND =
      List.of("models.", "train.", "weights.", "data.", "transfer.", "demo.", "cli.");

  static Origin here(String path) {
    List<StackFrame> frames =
        WALKER.walk(stack -> stack.filter(f -> !isJdk(f) && !isIn(f, INSIDE)).toList());
    return new Origin(path, line(frames));
  }

  private static String line(List<StackFrame> frames) {
    Optional<StackFrame> users = frames.stream().filter(f -> !isIn(f, AROUND)).findFirst();
    return Stream.concat(users.stream(), frames.stream())
        .findFirst()
        .map(Origin::format)
        .orElse("an unknown line");
  }

  private static boolean isIn(StackFrame frame, List<String> packages) {
    String name = frame.getClassName();
    return name.startsWith("dev.graft.")
        && packages.stream().anyMatch(p -> name.startsWith(p, "dev.graft.".length()));
  }

  private static boolean isJdk(StackFrame frame) {
    String name = frame.getClassName();
    return name.startsWith("java.") || name.startsWith("jdk.");
  }

  /** A lambda is named by the method around it. */
  private static String format(StackFrame frame) {
    String name = frame.getClassName();
    Matcher lambda = LAMBDA.matcher(frame.getMethodName());
    return String.format(
        "%s.%s(%s:%d)",
        name.substring(name.lastIndexOf('.') + 1),
        lambda.matches() ? lambda.group(1) : frame.getMethodName(),
        frame.getFileName(),
        frame.getLineNumber());
  }
}
