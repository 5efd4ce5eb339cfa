package dev.graft.peers;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command peers. */
@Command(
    name = "peers",
    mixinStandardHelpOptions = true,
    description = {
      "Measures Graft beside ONNX Runtime, PyTorch and EJML on the same work, in turns.",
      "Results are compared before anything is timed."
    },
    subcommands = {
      SgemmCommand.class,
      InferCommand.class,
      TrainCommand.class,
      ColdCommand.class,
      MemoryCommand.class,
      PlotCommand.class
    })
final class Main {
  private Main() {}

  public static void main(String[] args) {
    int code =
        new CommandLine(new Main())
            .setExecutionExceptionHandler((e, commandLine, parsed) -> {
              if (e instanceof IllegalStateException || e instanceof IllegalArgumentException) {
                commandLine.getErr().println("peers: " + e.getMessage());
                return 1;
              }
              throw e;
            })
            .execute(args);
    System.exit(code);
  }
}
