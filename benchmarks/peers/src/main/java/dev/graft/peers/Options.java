package dev.graft.peers;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** What all commands take. */
final class Options {
  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Numbers of threads, one after the other (default: 1 and all cores).")
  List<Integer> threads;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long the turns of one line take, all contenders together (default: 3).")
  double seconds = 3;

  @Option(names = "--csv", paramLabel = "FILE", description = "Where the figures go.")
  private Path csv;

  @Option(
      names = "--without",
      split = ",",
      paramLabel = "PEER",
      description = "Peers to leave out: onnxruntime, libtorch, ejml, pytorch.")
  List<String> without = List.of();

  List<Integer> threads() {
    if (threads != null) {
      return threads;
    }
    int cores = Runtime.getRuntime().availableProcessors();
    return cores == 1 ? List.of(1) : List.of(1, cores);
  }

  boolean with(String peer) {
    return !without.contains(peer);
  }

  Path csv(String command) {
    return csv != null ? csv : home().resolve("target").resolve(command + ".csv");
  }

  /** The folder benchmarks/peers. */
  static Path home() {
    return Path.of(System.getProperty("peers.home", "benchmarks/peers"));
  }
}
