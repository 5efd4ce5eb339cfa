import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.ExpressionSnippet;
import jdk.jshell.JShell;
import jdk.jshell.MethodSnippet;
import jdk.jshell.Snippet;
import jdk.jshell.Snippet.Status;
import jdk.jshell.Snippet.SubKind;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.TypeDeclSnippet;
import jdk.jshell.VarSnippet;

/**
 * Runs a jshell script as if its lines were typed, printing prompts and answers, and stops at the
 * first snippet that is rejected or throws: jshell itself goes on after an error and exits with 0.
 *
 * <p>Usage: {@code java RunScript.java CLASSPATH SCRIPT}. Exit code: 0 if all went well, 1 after a
 * failed snippet, 2 for wrong arguments. Of jshell's own commands only {@code /exit} is known.
 */
final class RunScript {
  private static final List<String> JVM_FLAGS =
      List.of(
          "--add-modules=jdk.incubator.vector",
          "--enable-native-access=ALL-UNNAMED",
          "-Djava.awt.headless=true");

  /** jshell's limits: {@code var y = ...} is cut after 80 characters, {@code y} after 1,000. */
  private static final int SHORT = 80;

  private static final int LONG = 1000;

  /** What went wrong with a snippet, in lines for the reader. */
  private static final class Failed extends Exception {
    Failed(List<String> lines) {
      super(String.join("\n|  ", lines));
    }
  }

  private final JShell shell;

  private RunScript(JShell shell) {
    this.shell = shell;
  }

  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: java RunScript.java CLASSPATH SCRIPT");
      System.exit(2);
    }
    JShell.Builder builder =
        JShell.builder()
            .out(System.out)
            .err(System.err)
            .compilerOptions("--add-modules", "jdk.incubator.vector")
            .remoteVMOptions(JVM_FLAGS.toArray(String[]::new));
    int failedLine;
    try (JShell shell = builder.build()) {
      shell.addToClasspath(args[0]);
      failedLine = new RunScript(shell).run(Files.readAllLines(Path.of(args[1])));
    }
    if (failedLine > 0) {
      System.err.printf("%s:%d: the script stops at this snippet%n", args[1], failedLine);
      System.exit(1);
    }
  }

  /**
   * Runs the whole script; the answer is the line of the snippet that failed, counted from 1, or 0.
   */
  private int run(List<String> lines) throws IOException {
    // The imports that jshell starts with, from the JDK's own file.
    URI startup = URI.create("jrt:/jdk.jshell/jdk/jshell/tool/resources/DEFAULT.jsh");
    Files.readAllLines(Path.of(startup)).forEach(shell::eval);
    List<String> typed = new ArrayList<>();
    int first = 0;
    try {
      for (int i = 0; i < lines.size() && !lines.get(i).strip().equals("/exit"); i++) {
        first = typed.isEmpty() ? i + 1 : first;
        typed.add(lines.get(i));
        String prompt = typed.size() == 1 ? "jshell> " : "   ...> ";
        System.out.println((prompt + lines.get(i)).stripTrailing());
        if (evaluate(String.join("\n", typed) + "\n", i + 1 == lines.size())) {
          typed.clear();
        }
      }
      checkAllComplete();
      return 0;
    } catch (Failed e) {
      System.out.println("|  " + e.getMessage());
      return first;
    }
  }

  /** Evaluates the snippets in what was typed; false if it needs more lines to be one. */
  private boolean evaluate(String source, boolean last) throws Failed {
    String rest = source;
    while (!rest.isBlank()) {
      CompletionInfo info = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      Completeness completeness = info.completeness();
      if (completeness == Completeness.EMPTY) {
        return true;
      }
      if (!completeness.isComplete() && !last) {
        return false;
      }
      if (completeness == Completeness.DEFINITELY_INCOMPLETE) {
        throw new Failed(List.of("Error:", "the script ends inside a snippet"));
      }
      try {
        for (SnippetEvent event : shell.eval(info.source() == null ? rest : info.source())) {
          report(event);
        }
      } catch (IllegalStateException e) {
        throw new Failed(List.of("Error:", "the script ended its own JVM"));
      }
      rest = info.remaining();
    }
    return true;
  }

  private void report(SnippetEvent event) throws Failed {
    if (event.causeSnippet() != null) {
      return; // an earlier snippet became whole with this one; jshell says nothing about it
    }
    Snippet snippet = event.snippet();
    if (event.status() == Status.REJECTED) {
      List<String> lines = new ArrayList<>(List.of("Error:"));
      for (Diag diagnostic : shell.diagnostics(snippet).filter(Diag::isError).toList()) {
        lines.addAll(diagnostic.getMessage(Locale.ROOT).lines().toList());
      }
      lines.addAll(snippet.source().lines().toList());
      throw new Failed(lines);
    }
    if (event.exception() != null) {
      throw new Failed(describe(event.exception()));
    }
    switch (snippet) {
      case MethodSnippet m -> created("method", m.name() + "(" + m.parameterTypes() + ")", m);
      case TypeDeclSnippet t -> created(kind(t), t.name(), t);
      case VarSnippet v -> answer(v.name(), event.value(), v.subKind());
      case ExpressionSnippet e -> answer(e.name(), event.value(), e.subKind());
      default -> {}
    }
  }

  private void created(String kind, String name, DeclarationSnippet snippet) {
    List<String> missing = shell.unresolvedDependencies(snippet).toList();
    String until = missing.isEmpty() ? "" : ", however, it waits for " + String.join(", ", missing);
    System.out.printf("|  created %s %s%s%n", kind, name, until);
  }

  private static String kind(TypeDeclSnippet type) {
    return type.subKind().name().replaceAll("(_TYPE)?_SUBKIND", "").toLowerCase(Locale.ROOT);
  }

  private static void answer(String name, String value, SubKind kind) {
    if (name != null && value != null && !value.isEmpty()) {
      boolean asked =
          kind == SubKind.VAR_VALUE_SUBKIND || kind == SubKind.TEMP_VAR_EXPRESSION_SUBKIND;
      System.out.println(name + " ==> " + cut(value, asked ? LONG : SHORT));
    }
  }

  /** Cuts as jshell does: a third of the room is for the end. */
  private static String cut(String value, int length) {
    if (value.length() <= length) {
      return value;
    }
    int end = length / 3;
    int start = length - 5 - end;
    return value.substring(0, start) + " ... " + value.substring(value.length() - end);
  }

  private static List<String> describe(Throwable thrown) {
    List<String> lines = new ArrayList<>();
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      String name =
          t instanceof EvalException e ? e.getExceptionClassName() : t.getClass().getName();
      lines.add((t == thrown ? "Exception " : "Caused by: ") + name + ": " + t.getMessage());
      for (StackTraceElement element : t.getStackTrace()) {
        lines.add("      at " + element);
      }
    }
    return lines;
  }

  /** A script that ends with declarations that never became whole is wrong. */
  private void checkAllComplete() throws Failed {
    for (Snippet snippet : shell.snippets().toList()) {
      Status status = shell.status(snippet);
      if (status.isActive() && status != Status.VALID) {
        throw new Failed(List.of("Error:", "never became complete:", snippet.source().strip()));
      }
    }
  }
}
