package dev.graft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Layers that draw random numbers in training tell where they stand, for checkpoints. */
class GeneratorsTest {
  @Test
  void dropoutGoesOnFromARestoredState() {
    Rng rng = Rng.of(1);
    Layer net = new Sequential(new Dropout(0.5f, rng), new Dropout2d(0.5f, rng.split("two")));
    assertEquals(List.of("0.rng", "1.rng"), List.copyOf(net.generators().keySet()));
    Tensor x = Tensor.ones(2, 8, 4, 4);
    net.apply(x);
    Map<String, Rng.State> states = new LinkedHashMap<>();
    net.generators().forEach((name, r) -> states.put(name, r.state()));
    float[] expected = net.apply(x).toArray();
    assertNotEquals(states.get("0.rng"), net.generators().get("0.rng").state());

    Layer other = new Sequential(new Dropout(0.5f, Rng.of(7)), new Dropout2d(0.5f, Rng.of(8)));
    other.generators().forEach((name, r) -> r.restore(Rng.State.parse(states.get(name).toText())));
    assertArrayEquals(expected, other.apply(x).toArray());
  }

  /** A layer that keeps a generator to itself would make resumed runs differ. */
  @Test
  void everyLayerRegistersItsGenerator() throws IOException {
    Pattern keeps = Pattern.compile("private (final )?Rng ");
    List<String> with = new ArrayList<>();
    try (Stream<Path> sources = Files.list(Path.of("src/main/java/dev/graft/nn"))) {
      for (Path source : sources.sorted().toList()) {
        String text = Files.readString(source);
        if (keeps.matcher(text).find()) {
          with.add(source.getFileName().toString());
          assertTrue(text.contains("random(\""), source + " does not call random(name, rng)");
        }
      }
    }
    assertTrue(with.contains("Dropout.java"), with.toString());
  }
}
