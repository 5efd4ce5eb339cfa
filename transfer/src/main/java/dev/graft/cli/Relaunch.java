package dev.graft.cli;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the program again with the vector module where {@code java -jar graft.jar} came without
 * it: no entry in a jar can ask for an incubator module. Costs about 100 ms.
 */
final class Relaunch {
  private static final String MODULE = "jdk.incubator.vector";
  private static final String MARK = "graft.relaunched";

  private Relaunch() {}

  /** The exit code of the second JVM, or null if this one is fit, or was itself relaunched. */
  static Integer withVectors(String[] args) throws IOException {
    boolean fit = ModuleLayer.boot().findModule(MODULE).isPresent();
    if (fit || Boolean.getBoolean(MARK) || ModuleLayer.boot().modules().isEmpty()) {
      return null;
    }
    Path jar = jar();
    Path java = Path.of(System.getProperty("java.home"), "bin", isWindows() ? "java.exe" : "java");
    if (jar == null || !Files.isExecutable(java)) {
      return null;
    }
    List<String> command = new ArrayList<>(List.of(java.toString(), "--add-modules=" + MODULE));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-D" + MARK + "=true");
    command.addAll(ownFlags());
    command.addAll(List.of("-jar", jar.toString()));
    command.addAll(List.of(args));
    Process child = new ProcessBuilder(command).inheritIO().start();
    Runtime.getRuntime().addShutdownHook(new Thread(child::destroy));
    while (true) {
      try {
        return child.waitFor();
      } catch (InterruptedException e) {
        child.destroy();
      }
    }
  }

  /** The flags and properties that the user gave this JVM. */
  private static List<String> ownFlags() {
    return ProcessHandle.current().info().arguments().map(Relaunch::beforeJar).orElse(List.of());
  }

  static List<String> beforeJar(String[] arguments) {
    List<String> flags = new ArrayList<>();
    for (String argument : arguments) {
      if (argument.equals("-jar")) {
        return flags;
      }
      flags.add(argument);
    }
    return List.of();
  }

  /** The jar that this JVM was started with by {@code -jar}: then it is all of the class path. */
  private static Path jar() {
    if (System.getProperty("java.class.path").contains(File.pathSeparator)) {
      return null;
    }
    try {
      Path source =
          Path.of(Relaunch.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return Files.isRegularFile(source) ? source : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static boolean isWindows() {
    return System.getProperty("os.name").startsWith("Windows");
  }
}
