package dev.graft.cli;

import dev.graft.demo.DemoCommand;
import dev.graft.demo.PretrainLettersCommand;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command {@code graft}. Exit codes: 0 done, 1 failed (one line on stderr says why), 2 wrong
 * usage. With {@code GRAFT_DEBUG=1} in the environment failures show their stack trace.
 */
@Command(
    name = "graft",
    mixinStandardHelpOptions = true,
    version = "graft 0.1.0",
    description = "Transfer learning on your own images, in pure Java.",
    subcommands = {
      TrainCommand.class,
      PredictCommand.class,
      EvaluateCommand.class,
      InspectCommand.class,
      ConvertCommand.class,
      CheckCommand.class,
      DevicesCommand.class,
      DemoCommand.class,
      PretrainLettersCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main {
  /** Held here: the logging framework forgets loggers, and their levels, that nobody holds. */
  private static final Logger LOGGER = Logger.getLogger("dev.graft");

  private Main() {}

  public static void main(String[] args) throws IOException {
    Integer relaunched = Relaunch.withVectors(args);
    System.exit(relaunched != null ? relaunched : run(args));
  }

  /** Runs a command line in this JVM; returns the exit code. */
  public static int run(String... args) {
    LOGGER.setLevel(Level.WARNING);
    return commandLine(new Main()).execute(args);
  }

  /** Parses the arguments of a command, and turns its exceptions into one line. */
  static CommandLine commandLine(Object command) {
    CommandLine line = new CommandLine(command);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler((e, failed, parsed) -> {
      if (System.getenv("GRAFT_DEBUG") != null) {
        e.printStackTrace(failed.getErr());
      }
      failed.getErr().println("graft " + failed.getCommandName() + ": " + reason(e));
      failed.getErr().flush();
      return CommandLine.ExitCode.SOFTWARE;
    });
    return line;
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.toString() : message;
  }
}
