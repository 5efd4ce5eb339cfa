package dev.graft.weights;

import dev.graft.weights.Pickled.Dict;
import dev.graft.weights.Pickled.Inert;
import dev.graft.weights.Pickled.PyList;
import dev.graft.weights.Pickled.Tuple;
import dev.graft.weights.WeightFormat.Contents;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the weights in what torch.save saved: a state dict, or a training checkpoint in which the
 * state dict is one entry beside the optimiser's state, the epoch and the arguments.
 */
final class TorchCheckpoint {
  /** Longer texts (a commit's diff, a whole configuration) are no metadata. */
  private static final int LONGEST_METADATA = 1000;

  private final FileBytes file;
  private final ByteOrder order;

  TorchCheckpoint(FileBytes file, ByteOrder order) {
    this.file = file;
    this.order = order;
  }

  /**
   * What the file holds.
   *
   * @param object the object that its pickle describes
   * @throws WeightFormatException if there are no weights in it, or they need something unknown
   */
  Contents contents(Object object) throws WeightFormatException {
    if (!(object instanceof Dict root)) {
      throw notWeights(object);
    }
    StateDictSearch.Found found = new StateDictSearch().search(root);
    if (found == null) {
      throw noTensors(root);
    }
    if (!found.others().isEmpty()) {
      throw several(found);
    }
    Set<String> names = new HashSet<>();
    List<StoredTensor> tensors = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    for (Map.Entry<Object, Object> item : found.dict().items.entrySet()) {
      String name =
          item.getKey() instanceof String || item.getKey() instanceof Long
              ? item.getKey().toString()
              : null;
      if (name != null && item.getValue() instanceof TorchTensor tensor) {
        if (!names.add(name)) {
          throw file.fail("has two tensors called \"" + name + "\"; refused");
        }
        tensors.add(stored(name, tensor));
      } else if (item.getValue() instanceof Inert inert
          && inert.origin() != Inert.Origin.INSTANCE) {
        throw unknownPart(name == null ? "a value" : "\"" + name + "\"", inert);
      } else if (text(item.getValue()) == null) {
        skipped.add(name == null ? "a key that is no text" : name);
      }
    }
    return new Contents(tensors, metadata(root), found.path(), skipped);
  }

  private StoredTensor stored(String name, TorchTensor tensor) {
    WeightEntry entry = new WeightEntry(name, tensor.dtype(), tensor.size());
    return new StoredTensor.Mapped(
        entry, tensor.storage().bytes(), order, tensor.offset(), tensor.stride());
  }

  /** The texts and numbers that lie beside the weights: epoch, architecture, best accuracy. */
  private static Map<String, String> metadata(Dict root) {
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<Object, Object> item : root.items.entrySet()) {
      String value = text(item.getValue());
      if (item.getKey() instanceof String key && value != null) {
        metadata.put(key, value);
      }
    }
    return metadata;
  }

  private static String text(Object value) {
    return switch (value) {
      case String text when text.length() <= LONGEST_METADATA -> text;
      case Long number -> number.toString();
      case Double number -> number.toString();
      case Boolean truth -> truth.toString();
      default -> null;
    };
  }

  private WeightFormatException notWeights(Object object) {
    return switch (object) {
      case Inert inert when inert.origin() == Inert.Origin.INSTANCE -> wholeObject("", inert);
      case Inert inert -> unknownPart("its only object", inert);
      case TorchTensor _ ->
          file.fail(
              "holds a single tensor without a name; in Python save"
                  + " torch.save({\"name\": tensor}, \"weights.pt\")");
      case PyList _ -> file.fail("holds a list, not tensors by name; " + advice());
      case Tuple _ -> file.fail("holds a tuple, not tensors by name; " + advice());
      default -> file.fail("holds a single value, not tensors by name; " + advice());
    };
  }

  private WeightFormatException several(StateDictSearch.Found found) {
    String key = found.path().getFirst();
    return file.fail(
        "holds several sets of weights, under \"%s\" and \"%s\"; in Python save the one that is"
                .formatted(key, String.join("\", \"", found.others()))
            + " meant: torch.save(torch.load(\"…\")[\"%s\"], \"weights.pt\")".formatted(key));
  }

  private WeightFormatException noTensors(Dict root) {
    if (root.items.isEmpty()) {
      return file.fail("holds an empty dict, no tensors; " + advice());
    }
    for (String key : StateDictSearch.WRAPPINGS) {
      if (root.items.get(key) instanceof Inert inert) {
        return wholeObject("\"" + key + "\" ", inert);
      }
    }
    for (Map.Entry<Object, Object> item : root.items.entrySet()) {
      if (item.getKey() instanceof String key
          && item.getValue() instanceof Inert inert
          && inert.origin() == Inert.Origin.RESULT) {
        return unknownPart("\"" + key + "\"", inert);
      }
    }
    List<String> unknown = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    for (Map.Entry<Object, Object> item : root.items.entrySet()) {
      if (keys.size() < 8 && item.getKey() instanceof String key) {
        keys.add(key);
      }
      if (unknown.size() < 4 && item.getValue() instanceof Inert inert) {
        unknown.add(inert.name());
      }
    }
    String made = unknown.isEmpty() ? "" : " (made by " + String.join(", ", unknown) + ")";
    return file.fail(
        "holds no tensors by name, only the keys "
            + String.join(", ", keys)
            + made
            + "; "
            + advice());
  }

  private WeightFormatException unknownPart(String what, Inert inert) {
    return file.fail(
        what
            + " is made by "
            + inert.name()
            + ", which is none of the things that plain tensors are made of; nothing was run."
            + " Save plain tensors only");
  }

  private WeightFormatException wholeObject(String where, Inert inert) {
    return file.fail(
        where
            + "is a whole pickled object of class "
            + inert.name()
            + ", not weights, and only Python code could rebuild it; "
            + advice());
  }

  private static String advice() {
    return "in Python save model.state_dict() instead:"
        + " torch.save(model.state_dict(), \"weights.pt\")";
  }
}
