package dev.graft.weights;

import java.util.List;

/** What wrappers put in front of every name, and people do not want to see. */
final class Names {
  /** DataParallel's and torch.compile's: no network of its own has such a child. */
  private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

  /**
   * Lightning's and others', seen only where the weights are themselves wrapped in a checkpoint.
   */
  private static final List<String> TRAINERS = List.of("model.", "backbone.");

  /** torch's AveragedModel keeps its number of updates beside the network. */
  private static final String AVERAGED = "n_averaged";

  private Names() {}

  /**
   * The prefix that can come off all names, but for a counter beside the network: one or several of
   * the known ones in a row.
   *
   * @param wrapped whether the weights were found inside a checkpoint, under a key of its own
   */
  static String prefix(List<String> all, boolean wrapped) {
    List<String> names = all.stream().filter(name -> !name.equals(AVERAGED)).toList();
    int length = 0;
    while (true) {
      int more = common(names, length, WRAPPERS);
      if (more == 0 && wrapped) {
        more = common(names, length, TRAINERS);
      }
      if (more == 0) {
        return length == 0 ? "" : names.getFirst().substring(0, length);
      }
      length += more;
    }
  }

  /** The length of the candidate that all names have at {@code from}, or 0. */
  private static int common(List<String> names, int from, List<String> candidates) {
    for (String candidate : candidates) {
      int end = from + candidate.length();
      boolean all = !names.isEmpty();
      for (int i = 0; all && i < names.size(); i++) {
        all = names.get(i).startsWith(candidate, from) && names.get(i).length() > end;
      }
      if (all) {
        return candidate.length();
      }
    }
    return 0;
  }
}
