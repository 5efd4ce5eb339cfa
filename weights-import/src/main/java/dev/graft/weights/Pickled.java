package dev.graft.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pickle can hold, besides {@code String}, {@code Long}, {@code BigInteger}, {@code Double},
 * {@code Boolean} and {@code byte[]}, which stand for themselves.
 *
 * <p>None of these types compares or hashes by its contents: a few bytes of pickle make a tuple of
 * tuples of tuples whose contents would take longer than the universe to walk. For the same reason
 * nothing here prints its contents.
 */
sealed interface Pickled {
  /** Python's None. */
  enum None implements Pickled {
    NONE
  }

  /** A tuple; torch.Size is one too. */
  final class Tuple implements Pickled {
    final Object[] items;

    Tuple(Object... items) {
      this.items = items;
    }
  }

  /** A list. */
  final class PyList implements Pickled {
    final List<Object> items = new ArrayList<>(0);
  }

  /** A dict or OrderedDict, in order of insertion. */
  final class Dict implements Pickled {
    final Map<Object, Object> items = new LinkedHashMap<>();
  }

  /** A function or class that the allow-list knows, with what calling it does here. */
  record Function(String name, Body body) implements Pickled {
    @FunctionalInterface
    interface Body {
      Object call(Object[] arguments, PickleCursor at) throws WeightFormatException;
    }
  }

  /**
   * What stands for anything that the allow-list does not know. It has a name and nothing else:
   * calling it, building it or adding to it does nothing at all.
   *
   * @param name the Python name, such as {@code argparse.Namespace}
   * @param origin how it came about
   */
  record Inert(String name, Origin origin) implements Pickled {
    /** How an inert value came about. */
    enum Origin {
      /** The class or function itself. */
      REFERENCE,
      /** An object of the class. */
      INSTANCE,
      /** What the function would have returned, had it been called. */
      RESULT
    }
  }
}
