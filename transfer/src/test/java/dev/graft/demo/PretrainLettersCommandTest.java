package dev.graft.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.transfer.Classifier;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PretrainLettersCommandTest {
  @TempDir Path folder;

  @BeforeAll
  static void needsFonts() {
    TestFonts.installedOrSkip();
  }

  private int run(Path out, String... more) {
    StringWriter text = new StringWriter();
    CommandLine command = new CommandLine(new PretrainLettersCommand());
    command.setOut(new PrintWriter(text)).setErr(new PrintWriter(text));
    List<String> args = new ArrayList<>(List.of("--out", out.toString(), "--batch=8"));
    args.addAll(List.of(more));
    return command.execute(args.toArray(String[]::new));
  }

  @Test
  void sameSeedSameFile() throws Exception {
    Path first = folder.resolve("first.safetensors");
    Path second = folder.resolve("second.safetensors");
    assertEquals(0, run(first, "--images=24", "--epochs=2", "--seed=5"));
    assertEquals(0, run(second, "--images=24", "--epochs=2", "--seed=5"));
    assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
    Classifier letters = Classifier.load(first);
    assertEquals(LetterClasses.CLASSES, letters.classes());
    assertEquals(GreyImages.PREPROCESSING, letters.preprocessing());
    String log = Files.readString(folder.resolve("first.log"));
    assertTrue(log.startsWith("graft pretrain-letters --out first.safetensors"), log);
    assertTrue(log.contains("font families") && log.contains("epoch 2 of 2: 48 letters"), log);
  }

  @Test
  void tooFewImagesAreRefused() {
    assertTrue(run(folder.resolve("x.safetensors"), "--images=4") != 0);
  }
}
