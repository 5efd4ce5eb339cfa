package dev.graft.demo;

import java.util.List;

/**
 * The classes of the letter task. Size and place are normalised away as in MNIST, so a lower-case
 * letter that only repeats its capital shares its class (C and c), and so do capital I and small l,
 * a bare bar in most fonts. No class is a digit; that O, I and Z resemble 0, 1 and 2 is what
 * transfer feeds on.
 */
final class LetterClasses {
  /** One string of interchangeable letters a class, in label order. */
  static final List<String> CLASSES =
      List.of(
          "A", "a", "B", "b", "Cc", "D", "d", "E", "e", "F", "f", "G", "g", "H", "h", "Il", "i",
          "Jj", "Kk", "L", "M", "m", "N", "n", "Oo", "Pp", "Q", "q", "R", "r", "Ss", "T", "t", "Uu",
          "Vv", "Ww", "Xx", "Yy", "Zz");

  private LetterClasses() {}

  static int count() {
    return CLASSES.size();
  }

  /** The class of a letter, or −1 for a character that has none. */
  static int of(char letter) {
    for (int label = 0; label < CLASSES.size(); label++) {
      if (CLASSES.get(label).indexOf(letter) >= 0) {
        return label;
      }
    }
    return -1;
  }
}
