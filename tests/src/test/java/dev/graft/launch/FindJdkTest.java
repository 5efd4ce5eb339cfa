package dev.graft.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.testing.SharedData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs {@code bin/find-jdk}, and the scripts that call it, on folders of JDKs that are only a
 * release file.
 */
// A shell script: Windows does the same in find-jdk.cmd, which needs that system to be tried.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has find-jdk.cmd")
class FindJdkTest {
  private static final String WITH_VECTORS = "java.base java.compiler jdk.incubator.vector";

  private record Result(int exit, String out, String err) {}

  @TempDir private Path temp;
  private Path roots;
  private Path oldJava;

  @BeforeEach
  void machineWithAnOldJavaOnThePath() throws IOException {
    roots = Files.createDirectory(temp.resolve("JDKs of mine"));
    oldJava = jdk(temp.resolve("old"), "17.0.15");
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({
    "25.0.3, 25.0.3",
    "17.0.15 25.0.2 25.0.3, 25.0.3",
    "25.0.10 25.0.9, 25.0.10",
    "26.0.1 25.0.4 21, 25.0.4",
    "26 27.0.1 25.0.2, 27.0.1",
    "25.1 25.0.3, 25.1",
    "26-ea, 26-ea",
  })
  void takesTheBestOfTheFolders(String versions, String expected) throws Exception {
    for (String version : versions.split(" ")) {
      jdk(roots.resolve("jdk-" + version), version);
    }
    assertFinds(roots.resolve("jdk-" + expected), Map.of());
  }

  @Test
  void javaHomeWinsIfItFits() throws Exception {
    jdk(roots.resolve("newer"), "25.0.9");
    Path chosen = jdk(temp.resolve("chosen"), "25.0.3");
    assertFinds(chosen, Map.of("JAVA_HOME", chosen.toString()));
  }

  @Test
  void anOldJavaHomeIsPassedOver() throws Exception {
    Path fitting = jdk(roots.resolve("jdk"), "25.0.3");
    assertFinds(fitting, Map.of("JAVA_HOME", oldJava.toString()));
    assertFinds(fitting, Map.of("JAVA_HOME", temp.resolve("absent").toString()));
  }

  @Test
  void followsTheLinkFromThePathToItsHome() throws Exception {
    Path home = jdk(temp.resolve("linked"), "25.0.3").toRealPath();
    Path bin = Files.createDirectory(temp.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("java"), Path.of("../linked/bin/java"));
    assertFinds(home, Map.of("PATH", bin + ":" + System.getenv("PATH")));
  }

  @Test
  void readsTheLayoutOfMacOs() throws Exception {
    assertFinds(jdk(roots.resolve("temurin-25.jdk/Contents/Home"), "25.0.3"), Map.of());
  }

  @Test
  void looksInTheHomeFolderToo() throws Exception {
    Path installed = jdk(temp.resolve(".sdkman/candidates/java/25.999.0-tem"), "25.999.0");
    assertFinds(installed, Map.of("GRAFT_JDK_ROOTS", ""));
  }

  @Test
  void readsReleaseFilesOfWindowsAndOfBuildsWithoutAModuleList() throws Exception {
    Path home = jdk(roots.resolve("jdk"), "25.0.3");
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25.0.3\"\r\nOS_NAME=\"Windows\"");
    assertFinds(home, Map.of());
  }

  @Test
  void saysWhatToInstallAndWhyEachIsLeftAside() throws Exception {
    jdk(roots.resolve("a"), "25.0.2");
    jdk(roots.resolve("b"), "25");
    Files.delete(jdk(roots.resolve("c"), "25.0.3").resolve("bin/javac"));
    release(jdk(roots.resolve("d"), "25.0.3"), "25.0.3", "java.base java.compiler");
    Result result = run(Map.of(), "bin/find-jdk");
    assertEquals(1, result.exit());
    assertEquals("", result.out());
    for (String fact :
        List.of(
            "old: 17.0.15 is too old",
            "a: 25.0.2 is too old",
            "b: 25 is too old",
            "c: 25.0.3 has no compiler (a JRE)",
            "d: 25.0.3 has no module jdk.incubator.vector",
            "Temurin 25",
            "apt install",
            "brew install",
            "winget install",
            "JDK-8377811")) {
      assertTrue(result.err().contains(fact), () -> fact + " is missing in\n" + result.err());
    }
  }

  @Test
  void wrapperAndLauncherStopWithTheSameMessage() throws Exception {
    String expected = run(Map.of(), "bin/find-jdk").err();
    for (String script : List.of("mvnw", "graft")) {
      Result result = run(Map.of(), script, "--version");
      assertEquals(1, result.exit(), script);
      assertEquals(expected, result.err(), script);
      assertEquals("", result.out(), script);
    }
  }

  @Test
  void wrapperStartsMavenOnTheJdkFound() throws Exception {
    Path home = jdk(roots.resolve("jdk"), "25.0.3");
    Path bin = Files.createDirectory(temp.resolve("bin"));
    executable(
        bin.resolve("mvn"),
        "[ \"$1\" != --version ] || { echo Apache Maven 3.8.7; exit; }; echo \"$JAVA_HOME $*\"");
    for (String downloader : List.of("wget", "curl")) {
      executable(bin.resolve(downloader), "exit 4");
    }
    Result offline =
        run(
            Map.of("PATH", bin + ":" + oldJava.resolve("bin") + ":" + System.getenv("PATH")),
            "mvnw",
            "-q",
            "two words");
    assertEquals(home + " -q two words\n", offline.out());
    assertEquals(0, offline.exit());
    assertFalse(offline.err().isEmpty());
  }

  private void assertFinds(Path expected, Map<String, String> environment) throws Exception {
    Result result = run(environment, "bin/find-jdk");
    assertEquals("", result.err());
    assertEquals(expected + "\n", result.out());
    assertEquals(0, result.exit());
  }

  private Result run(Map<String, String> environment, String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of(command));
    words.set(0, SharedData.repository().resolve(command[0]).toString());
    words.add(0, "sh");
    Path out = temp.resolve("out");
    Path err = temp.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(words).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", oldJava.resolve("bin") + ":" + System.getenv("PATH"));
    builder.environment().put("HOME", temp.toString());
    builder.environment().put("GRAFT_JDK_ROOTS", temp.resolve("empty") + ":" + roots);
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running after a minute");
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private static Path jdk(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    executable(home.resolve("bin/java"), "exit 3");
    executable(home.resolve("bin/javac"), "exit 3");
    release(home, version, WITH_VECTORS);
    return home;
  }

  private static void release(Path home, String version, String modules) throws IOException {
    String lines = "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"%s\"\nMODULES=\"%s\"\n";
    Files.writeString(home.resolve("release"), lines.formatted(version, modules));
  }

  private static void executable(Path file, String body) throws IOException {
    Files.write(file, ("#!/bin/sh\n" + body + "\n").getBytes(StandardCharsets.UTF_8));
    assertTrue(file.toFile().setExecutable(true));
  }
}
