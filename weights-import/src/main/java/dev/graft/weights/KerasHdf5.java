package dev.graft.weights;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Weights in HDF5: Keras's {@code .h5} of weights or of whole models, Keras 3's {@code
 * .weights.h5}, and any other file of named datasets.
 *
 * <p>Keras lists its layers in {@code layer_names}, and each layer's tensors in {@code
 * weight_names}; the tensors come in that order, called by their paths: {@code
 * conv1_conv/conv1_conv/kernel:0}. Without these lists every dataset counts, in the file's order.
 */
final class KerasHdf5 implements WeightFormat {
  private static final String LAYERS = "layer_names";
  private static final String WEIGHTS = "weight_names";

  /** Where a whole model keeps its weights. */
  private static final String MODEL_WEIGHTS = "model_weights";

  private static final int DEEPEST = 64;
  private static final int LONGEST_METADATA = 1000;

  @Override
  public String name() {
    return "keras hdf5";
  }

  @Override
  public boolean matches(FileBytes file) {
    return Hdf5File.matches(file);
  }

  @Override
  public Contents parse(FileBytes file) throws WeightFormatException {
    return new Parse(new Hdf5File(file)).contents();
  }

  /** The state of reading one file. */
  private static final class Parse {
    private final Hdf5File hdf;
    private final Map<Long, Hdf5Object> objects = new HashMap<>();
    private final Map<Long, Map<String, Long>> groups = new HashMap<>();
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final List<String> skipped = new ArrayList<>();

    Parse(Hdf5File hdf) {
      this.hdf = hdf;
    }

    Contents contents() throws WeightFormatException {
      long root = hdf.root();
      Map<String, List<String>> attributes = attributes(root);
      Map<String, String> metadata = metadata(attributes);
      List<String> wrapping = List.of();
      Long inner = links(root).get(MODEL_WEIGHTS);
      if (inner != null) {
        links(root).keySet().stream().filter(n -> !n.equals(MODEL_WEIGHTS)).forEach(skipped::add);
        attributes = attributes(inner);
        metadata.putAll(metadata(attributes));
        wrapping = List.of(MODEL_WEIGHTS);
        root = inner;
      }
      List<String> layers = list(attributes, LAYERS);
      if (layers == null) {
        walk(root, "", 0, new ArrayList<>());
      } else {
        readLayers(root, layers);
      }
      return new Contents(List.copyOf(tensors.values()), metadata, wrapping, skipped);
    }

    private void readLayers(long root, List<String> layers) throws WeightFormatException {
      for (String layer : layers) {
        Long group = resolve(root, layer);
        if (group == null) {
          throw hdf.fail(
              "lists a layer \"" + layer + "\", which it does not hold; it looks damaged");
        }
        List<String> weights = list(attributes(group), WEIGHTS);
        for (String weight : weights == null ? List.<String>of() : weights) {
          Long dataset = resolve(group, weight);
          if (dataset == null) {
            throw hdf.fail(
                "lists a tensor \"%s\" in layer \"%s\", which it does not hold; it looks damaged"
                    .formatted(weight, layer));
          }
          add(object(dataset), layer + "/" + weight);
        }
      }
    }

    /** All datasets below a group. */
    private void walk(long group, String path, int depth, List<Long> above)
        throws WeightFormatException {
      if (depth > DEEPEST || above.contains(group)) {
        throw hdf.fail("has groups inside each other without end; refused");
      }
      above.add(group);
      for (Map.Entry<String, Long> link : links(group).entrySet()) {
        String name = path.isEmpty() ? link.getKey() : path + "/" + link.getKey();
        hdf.charge(64L + name.length());
        if (Hdf5Dataset.is(object(link.getValue()))) {
          add(object(link.getValue()), name);
        } else if (depth == 0 && link.getKey().startsWith("optimizer")) {
          skipped.add(name);
        } else {
          walk(link.getValue(), name, depth + 1, above);
        }
      }
      above.removeLast();
    }

    private void add(Hdf5Object object, String name) throws WeightFormatException {
      hdf.charge(256);
      StoredTensor tensor = Hdf5Dataset.stored(object, name);
      if (tensor == null) {
        skipped.add(name);
      } else if (tensors.put(name, tensor) != null) {
        throw hdf.fail("lists \"" + name + "\" twice; refused");
      }
    }

    /** What a path leads to, or null. */
    private Long resolve(long group, String path) throws WeightFormatException {
      Long at = group;
      for (String step : path.split("/")) {
        if (at != null && !step.isEmpty()) {
          at = links(at).get(step);
        }
      }
      return at;
    }

    /** A list of texts; long ones come in parts that are numbered from 0. */
    private static List<String> list(Map<String, List<String>> attributes, String name) {
      if (attributes.containsKey(name)) {
        return attributes.get(name);
      }
      if (!attributes.containsKey(name + "0")) {
        return null;
      }
      List<String> all = new ArrayList<>();
      for (int i = 0; attributes.containsKey(name + i); i++) {
        all.addAll(attributes.get(name + i));
      }
      return all;
    }

    /** The single texts, such as the version of Keras; configurations are too long. */
    private static Map<String, String> metadata(Map<String, List<String>> attributes) {
      Map<String, String> metadata = new LinkedHashMap<>();
      attributes.forEach((name, values) -> {
        boolean list = name.startsWith(LAYERS) || name.startsWith(WEIGHTS);
        if (!list && values.size() == 1 && values.getFirst().length() <= LONGEST_METADATA) {
          metadata.put(name, values.getFirst());
        }
      });
      return metadata;
    }

    private Hdf5Object object(long at) throws WeightFormatException {
      Hdf5Object known = objects.get(at);
      if (known == null) {
        known = new Hdf5Object(hdf, at);
        objects.put(at, known);
      }
      return known;
    }

    private Map<String, Long> links(long at) throws WeightFormatException {
      Map<String, Long> known = groups.get(at);
      if (known == null) {
        known = Hdf5Links.of(object(at));
        groups.put(at, known);
      }
      return known;
    }

    private Map<String, List<String>> attributes(long at) throws WeightFormatException {
      return Hdf5Attributes.of(object(at));
    }
  }
}
