package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {
  @Test
  void onlyWhatAllNamesHaveComesOff() {
    assertEquals("module.", Names.prefix(List.of("module.a", "module.b"), false));
    assertEquals("", Names.prefix(List.of("module.a", "b"), false));
    assertEquals("_orig_mod.module.", Names.prefix(List.of("_orig_mod.module.a"), false));
    assertEquals("", Names.prefix(List.of("module.", "module.a"), false));
    assertEquals("", Names.prefix(List.of(), true));
  }

  @Test
  void trainersPrefixesComeOffInsideCheckpointsOnly() {
    assertEquals("", Names.prefix(List.of("model.a", "model.b"), false));
    assertEquals("model.module.", Names.prefix(List.of("model.module.a"), true));
  }
}
