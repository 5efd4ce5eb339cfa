package dev.graft.weights;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** A kind of weight file. {@link Weights} holds the list of those that there are. */
interface WeightFormat {
  /** What people call it, such as {@code safetensors}. */
  String name();

  /** Whether the file's first bytes are this format's. Where they are, no other format is asked. */
  boolean matches(FileBytes file);

  /**
   * Reads what the file holds, all but the tensors' values.
   *
   * @throws WeightFormatException if anything about the file is not as the format says
   */
  Contents parse(FileBytes file) throws IOException;

  /**
   * What a weight file holds.
   *
   * @param tensors the tensors in the file's order, under the file's own names
   * @param metadata what else it says in words and numbers
   * @param wrapping under which keys the weights were found, from the outside in; often none
   * @param skipped names beside the weights whose values are no tensors
   */
  record Contents(
      List<StoredTensor> tensors,
      Map<String, String> metadata,
      List<String> wrapping,
      List<String> skipped) {}
}
