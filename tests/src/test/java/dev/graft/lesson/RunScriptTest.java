package dev.graft.lesson;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.testing.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What runs the lessons must notice every way in which one can fail: jshell itself exits with 0.
 */
class RunScriptTest {
  @TempDir private Path temp;

  private record Result(int exit, String output) {}

  @Test
  void printsWhatJshellAnswers() throws Exception {
    String script =
        """
        // a comment

        int twice(int x) {
          return 2 * x;
        }
        var wide = "a".repeat(100)
        wide
        twice(21)
        record Point(int x, int y) {}
        List.of(new Point(1, 2))
        System.out.println("printed"); int after = 3
        jdk.incubator.vector.FloatVector.SPECIES_128.length()
        /exit
        this is not reached
        """;
    Result result = run(script);
    assertEquals(
        """
        jshell> // a comment
        jshell>
        jshell> int twice(int x) {
           ...>   return 2 * x;
           ...> }
        |  created method twice(int)
        jshell> var wide = "a".repeat(100)
        wide ==> "%s ... %s"
        jshell> wide
        wide ==> "%s"
        jshell> twice(21)
        $1 ==> 42
        jshell> record Point(int x, int y) {}
        |  created record Point
        jshell> List.of(new Point(1, 2))
        $2 ==> [Point[x=1, y=2]]
        jshell> System.out.println("printed"); int after = 3
        printed
        after ==> 3
        jshell> jdk.incubator.vector.FloatVector.SPECIES_128.length()
        $3 ==> 4
        """
            .formatted("a".repeat(48), "a".repeat(25), "a".repeat(100)),
        result.output());
    assertEquals(0, result.exit());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "does not compile | int a = 1~int b = \"x\"~int c = 2 | incompatible types | 2",
        "throws | int f() {~ throw new IllegalStateException(\"boom\");~}~f() | boom | 4",
        "calls what is absent | int f() { return g(); }~f() | unresolved references | 2",
        "waits for ever | int a = 1~int f() { return g(); } | never became complete | 2",
        "ends inside a snippet | int a = 1~int f() {~  int b; | ends inside | 2",
        "leaves the JVM | System.exit(0)~int a = 1 | ended its own JVM | 2",
        "a command of the tool | int a = 1~/list | illegal start | 2",
      })
  void stopsAtTheFirstFailure(String name, String script, String reason, int line)
      throws Exception {
    Result result = run(script.replace('~', '\n') + "\n");
    assertEquals(1, result.exit(), result.output());
    assertTrue(result.output().contains(reason), result.output());
    assertTrue(result.output().contains("script.jsh:" + line + ": "), result.output());
  }

  private Result run(String script) throws IOException, InterruptedException {
    Path file = Files.writeString(temp.resolve("script.jsh"), script);
    Path output = temp.resolve("output");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                SharedData.repository().resolve("notebooks/RunScript.java").toString(),
                temp.toString(),
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running after a minute");
    String text = Files.readString(output).replace("\r\n", "\n");
    return new Result(process.exitValue(), text.replaceAll("WARNING: .*\n", ""));
  }
}
