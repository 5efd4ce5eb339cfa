package dev.graft.peers;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** Starts {@link Child} with this JVM's flags, from jars alone: class data archives need that. */
final class Children {
  private final List<String> command = new ArrayList<>();
  private final String classPath;

  /**
   * @param folder where the jar of this class path's folders goes
   */
  Children(Path folder) throws IOException {
    List<String> parts = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
    Path jar = folder.resolve("classes.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      Set<String> taken = new HashSet<>();
      for (String part : parts) {
        if (Files.isDirectory(Path.of(part))) {
          addAll(Path.of(part), entries, taken);
        }
      }
    }
    List<String> jars = new ArrayList<>(List.of(jar.toString()));
    parts.stream().filter(p -> p.endsWith(".jar")).forEach(jars::add);
    classPath = String.join(File.pathSeparator, jars);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!flag.startsWith("-Dgraft.warmup=")) { // children run as users' programs do
        command.add(flag);
      }
    }
  }

  private static void addAll(Path root, JarOutputStream entries, Set<String> taken)
      throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(root)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String name = root.relativize(file).toString().replace(File.separatorChar, '/');
      if (taken.add(name)) {
        entries.putNextEntry(new JarEntry(name));
        Files.copy(file, entries);
        entries.closeEntry();
      }
    }
  }

  /** A child ended without its line: libtorch 2.7's backward pass does, by SIGFPE, on some CPUs. */
  static final class Ended extends IllegalStateException {
    private static final long serialVersionUID = 1;
    private final int code;

    Ended(int code, List<String> command, String errors) {
      super("a process ended with " + code + ": " + command + "\n" + errors);
      this.code = code;
    }

    String brief() {
      return "its process ended with " + code;
    }
  }

  /** The line that a child prints; and the seconds from its start until it stood there. */
  record Answer(String line, double seconds) {}

  /** Runs one child; what it writes to its standard error is shown. */
  Answer run(List<String> flags, String... arguments) {
    List<String> whole = new ArrayList<>(command);
    whole.addAll(flags);
    whole.addAll(List.of("-cp", classPath, Child.class.getName()));
    whole.addAll(Arrays.asList(arguments));
    try {
      Path errors = Files.createTempFile("peers", ".log");
      long start = System.nanoTime();
      ProcessBuilder builder = new ProcessBuilder(whole).redirectError(errors.toFile());
      builder.environment().remove("GLIBC_TUNABLES"); // for speed at the price of memory
      Process process = builder.start();
      String line;
      try (var out = process.inputReader()) {
        line = out.readLine();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      int code = process.waitFor();
      if (code != 0 || line == null) {
        throw new Ended(code, whole, Files.readString(errors));
      }
      Files.delete(errors);
      return new Answer(line, seconds);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
