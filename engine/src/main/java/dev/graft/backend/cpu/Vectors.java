package dev.graft.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector width: the machine's preferred one, or what {@code -Dgraft.vector.bits} forces. */
public final class Vectors {
  /** A constant to the JIT: every loop is compiled for this width. */
  public static final VectorSpecies<Float> SPECIES = species();

  /** Floats in a vector: 4, 8 or 16. */
  public static final int LANES = SPECIES.length();

  private Vectors() {}

  private static VectorSpecies<Float> species() {
    String bits = System.getProperty("graft.vector.bits", "auto");
    VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
    VectorSpecies<Float> chosen =
        switch (bits) {
          case "auto" -> preferred.length() < 4 ? FloatVector.SPECIES_128 : preferred;
          case "128" -> FloatVector.SPECIES_128;
          case "256" -> FloatVector.SPECIES_256;
          case "512" -> FloatVector.SPECIES_512;
          default ->
              throw new IllegalArgumentException(
                  "graft.vector.bits: unknown value \"" + bits + "\"; use 128, 256, 512 or auto");
        };
    if (chosen.vectorBitSize() > preferred.vectorBitSize()) {
      throw new IllegalArgumentException(
          "graft.vector.bits: this machine has vectors of "
              + preferred.vectorBitSize()
              + " bits, not "
              + bits);
    }
    return chosen;
  }
}
