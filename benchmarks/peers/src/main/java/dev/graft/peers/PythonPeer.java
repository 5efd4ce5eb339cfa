package dev.graft.peers;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** PyTorch in a Python process of its own, driven by lines; see torch_peer.py. */
final class PythonPeer implements Contender {
  static final String NAME = "pytorch";

  private final String name;
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter questions;
  private int threads;

  PythonPeer(String python, Path file, boolean channelsLast) {
    name = channelsLast ? NAME + "-nhwc" : NAME;
    List<String> command = new ArrayList<>();
    command.add(python);
    command.add(Options.home().resolve("torch_peer.py").toString());
    command.add(file.toString());
    if (channelsLast) {
      command.add("--channels-last");
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    withoutLimits(builder.environment());
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    answers = process.inputReader();
    questions = process.outputWriter();
    readLine();
  }

  /** Settings that would keep PyTorch's libraries from this processor's instructions. */
  private static void withoutLimits(Map<String, String> environment) {
    environment.keySet().removeIf(n -> n.startsWith("OPENBLAS_") || n.startsWith("OMP_"));
  }

  /** A Python that has torch: PYTHON if it is set, else Debian's; null if there is none. */
  static String find() {
    String wanted = System.getenv("PYTHON");
    for (String python :
        wanted != null ? List.of(wanted) : List.of("/usr/bin/python3", "python3")) {
      try {
        Process p =
            new ProcessBuilder(python, "-c", "import torch")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (p.waitFor(60, TimeUnit.SECONDS) && p.exitValue() == 0) {
          return python;
        }
        p.destroyForcibly();
      } catch (IOException e) {
        // no such program
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted", e);
      }
    }
    return null;
  }

  private String ask(String question) {
    try {
      questions.write(question);
      questions.newLine();
      questions.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return readLine();
  }

  private String readLine() {
    try {
      String line = answers.readLine();
      if (line == null) {
        throw new IllegalStateException("torch_peer.py ended without an answer; see above");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void threads(int n) {
    if (threads != n) {
      ask("threads " + n);
      threads = n;
    }
  }

  @Override
  public long nanos(int calls) {
    return Long.parseLong(ask("run " + calls));
  }

  @Override
  public float[] answer() {
    String[] losses = ask("losses").split(" ");
    return new float[] {Float.parseFloat(losses[0]), Float.parseFloat(losses[1])};
  }

  @Override
  public void close() {
    process.destroy();
  }
}
