package dev.graft.demo;

import org.junit.jupiter.api.Assumptions;

/**
 * Fonts to draw letters with. A bare machine may have none, and none are in the repository: tests
 * of drawn letters are then skipped with the library's own reason.
 */
final class TestFonts {
  private TestFonts() {}

  static FontLibrary installedOrSkip() {
    try {
      return FontLibrary.installed();
    } catch (IllegalArgumentException e) {
      return Assumptions.abort(e.getMessage());
    }
  }
}
