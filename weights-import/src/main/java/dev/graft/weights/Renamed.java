package dev.graft.weights;

import dev.graft.tensor.StateDict;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A state dict under torchvision's names, and what was done to bring it there.
 *
 * @param state the tensors under torchvision's names; under their own where no convention is known
 * @param convention whose names they had; empty where they are none of those known
 * @param prefix what all of the network's names had in front, such as {@code encoder.}; often empty
 * @param sources by new name, the old one
 * @param leftOut the names beside the network, such as a projector's or a loss's
 * @param notes what else was changed, in words
 */
public record Renamed(
    StateDict state,
    Optional<Convention> convention,
    String prefix,
    Map<String, String> sources,
    List<String> leftOut,
    List<String> notes) {
  private static final int SHOWN = 4;

  /** A line for each thing that was done. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    out.append(convention.map(c -> c.label() + "'s names").orElse("names of no known convention"));
    if (!prefix.isEmpty()) {
      out.append("\n\"").append(prefix).append("\" taken off");
    }
    notes.forEach(note -> out.append('\n').append(note));
    if (!leftOut.isEmpty()) {
      out.append('\n').append(leftOut.size()).append(" beside the network left out: ");
      out.append(String.join(", ", leftOut.subList(0, Math.min(SHOWN, leftOut.size()))));
      out.append(leftOut.size() > SHOWN ? ", …" : "");
    }
    return out.toString();
  }
}
