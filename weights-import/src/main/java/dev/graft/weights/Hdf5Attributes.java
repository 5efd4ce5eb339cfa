package dev.graft.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The attributes of an object that are texts; the others say nothing about weights. */
final class Hdf5Attributes {
  private final Hdf5File hdf;
  private final Map<String, List<String>> texts = new LinkedHashMap<>();

  private Hdf5Attributes(Hdf5File hdf) {
    this.hdf = hdf;
  }

  /** The texts by name, one or several each. */
  static Map<String, List<String>> of(Hdf5Object object) throws WeightFormatException {
    Hdf5Attributes reader = new Hdf5Attributes(object.hdf);
    for (Hdf5Object.Message message : object.all(Hdf5Object.ATTRIBUTE)) {
      if (!message.shared()) {
        reader.read(message.begin(), message.begin() + message.size());
      }
    }
    Hdf5Object.Message info = object.find(Hdf5Object.ATTRIBUTE_INFO);
    if (info != null) {
      for (long[] place : Hdf5Heap.attributes(reader.hdf, info)) {
        reader.read(place[0], place[1]);
      }
    }
    return reader.texts;
  }

  private void read(long begin, long end) throws WeightFormatException {
    int version = end - begin >= 9 ? hdf.file.u8(begin) : 0;
    if (version < 1 || version > 3) {
      throw hdf.fail("has an attribute of version " + version + ", where 1 to 3 can be read");
    }
    int align = version == 1 ? 8 : 1;
    int nameSize = hdf.file.u16(begin + 2);
    int typeSize = hdf.file.u16(begin + 4);
    int spaceSize = hdf.file.u16(begin + 6);
    long name = begin + (version == 3 ? 9 : 8);
    long type = name + Math.ceilDiv(nameSize, align) * align;
    long space = type + Math.ceilDiv(typeSize, align) * align;
    long data = space + Math.ceilDiv(spaceSize, align) * align;
    if (data > end) {
      throw hdf.fail("has an attribute that does not fit into its header; it looks damaged");
    }
    boolean shared = version > 1 && (hdf.file.u8(begin + 1) & 3) != 0;
    if (shared) {
      return;
    }
    Hdf5Type its = Hdf5Type.parse(hdf, type, type + typeSize);
    if (its.text() == Hdf5Type.Text.NONE) {
      return;
    }
    long count = Hdf5Space.parse(hdf, space, space + spaceSize).numel();
    if (its.size() < 1 || count < 0 || count > (end - data) / its.size()) {
      throw hdf.fail("has an attribute whose texts do not fit into it; it looks damaged");
    }
    texts.put(hdf.text(name, name + nameSize), values(its, data, count));
  }

  private List<String> values(Hdf5Type type, long data, long count) throws WeightFormatException {
    List<String> values = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      long at = data + i * type.size();
      if (type.text() == Hdf5Type.Text.FIXED) {
        values.add(hdf.text(at, at + type.size()).stripTrailing());
      } else if (type.size() >= 8 + hdf.offsetSize()) {
        long[] place = hdf.globalHeapObject(at);
        values.add(hdf.text(place[0], place[1]));
      } else {
        throw hdf.fail("has texts of an impossible size; it looks damaged");
      }
    }
    return values;
  }
}
