package dev.graft.weights;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads safetensors: a 64-bit length, a JSON header of that length with each tensor's type, shape
 * and place, then the values, little-endian and row-major, without gaps.
 */
final class SafetensorsFormat implements WeightFormat {
  /** The format's own limit, in bytes. */
  static final long LONGEST_HEADER = 100_000_000;

  static final String METADATA = "__metadata__";

  /** Every number of that many digits fits into a long. */
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,18}");

  @Override
  public String name() {
    return "safetensors";
  }

  @Override
  public boolean matches(FileBytes file) {
    return file.has(Long.BYTES, (byte) '{');
  }

  @Override
  public Contents parse(FileBytes file) throws WeightFormatException {
    long length = file.i64(0);
    if (length < 2 || length > LONGEST_HEADER) {
      throw file.fail(
          "its header claims %s bytes, where safetensors allow 2 to %,d; it looks damaged"
              .formatted(Long.toUnsignedString(length), LONGEST_HEADER));
    }
    byte[] text = file.copy(Long.BYTES, (int) length);
    long begin = Long.BYTES + length;
    Header header = new Header(file, file.slice(begin, file.size() - begin));
    header.read(text);
    header.checkPlaces();
    return new Contents(header.tensors, header.metadata, List.of(), List.of());
  }

  /** The state of reading one header. */
  private static final class Header {
    private final FileBytes file;
    private final MemorySegment data;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<StoredTensor> tensors = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();

    private record Place(String name, long begin, long end) {}

    Header(FileBytes file, MemorySegment data) {
      this.file = file;
      this.data = data;
    }

    void read(byte[] text) throws WeightFormatException {
      // A decoder made this way reports malformed UTF-8 instead of replacing it.
      InputStreamReader characters =
          new InputStreamReader(
              new ByteArrayInputStream(text), StandardCharsets.UTF_8.newDecoder());
      try (JsonReader json = new JsonReader(characters)) {
        json.setStrictness(Strictness.STRICT);
        readObject(json);
      } catch (WeightFormatException e) {
        throw e;
      } catch (IOException | IllegalStateException | NumberFormatException e) {
        throw new WeightFormatException(
            file.name(), "its header is not the JSON that safetensors have; it looks damaged", e);
      }
    }

    private void readObject(JsonReader json) throws IOException {
      Set<String> names = new HashSet<>();
      json.beginObject();
      while (json.hasNext()) {
        String name = json.nextName();
        if (!names.add(name)) {
          throw file.fail("its header names \"" + name + "\" twice; refused");
        }
        if (name.equals(METADATA)) {
          readMetadata(json);
        } else {
          readTensor(name, json);
        }
      }
      json.endObject();
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw file.fail("its header goes on after its end; refused");
      }
    }

    private void readMetadata(JsonReader json) throws IOException {
      json.beginObject();
      while (json.hasNext()) {
        String key = json.nextName();
        if (json.peek() != JsonToken.STRING) {
          throw file.fail("its metadata \"" + key + "\" is no text; refused");
        }
        if (metadata.put(key, json.nextString()) != null) {
          throw file.fail("its metadata names \"" + key + "\" twice; refused");
        }
      }
      json.endObject();
    }

    private void readTensor(String name, JsonReader json) throws IOException {
      String type = null;
      long[] shape = null;
      long[] place = null;
      Set<String> keys = new HashSet<>();
      json.beginObject();
      while (json.hasNext()) {
        String key = json.nextName();
        if (!keys.add(key)) {
          throw file.fail("tensor \"" + name + "\" has two entries \"" + key + "\"; refused");
        }
        switch (key) {
          case "dtype" -> type = readText(name, json);
          case "shape" -> shape = readNumbers(name, json);
          case "data_offsets" -> place = readNumbers(name, json);
          default -> throw file.fail("tensor \"" + name + "\" has an unknown \"" + key + "\"");
        }
      }
      json.endObject();
      if (type == null || shape == null || place == null || place.length != 2) {
        throw file.fail(
            "tensor \"" + name + "\" lacks its dtype, its shape or its two data_offsets; refused");
      }
      add(name, type, shape, place[0], place[1]);
    }

    private String readText(String name, JsonReader json) throws IOException {
      if (json.peek() != JsonToken.STRING) {
        throw file.fail("tensor \"" + name + "\" has a dtype that is no text; refused");
      }
      return json.nextString();
    }

    private long[] readNumbers(String name, JsonReader json) throws IOException {
      long[] numbers = new long[Strided.MAX_RANK];
      int n = 0;
      json.beginArray();
      while (json.hasNext()) {
        if (n == numbers.length) {
          throw file.fail("tensor \"" + name + "\" has more than " + n + " dimensions");
        }
        // Gson would turn "1", 1.0 and 1e0 into 1 as well; the format has plain digits only.
        String digits = json.peek() == JsonToken.NUMBER ? json.nextString() : "";
        if (!DIGITS.matcher(digits).matches()) {
          throw file.fail("tensor \"" + name + "\" has a size or an offset that is no number");
        }
        numbers[n++] = Long.parseLong(digits);
      }
      json.endArray();
      return Arrays.copyOf(numbers, n);
    }

    private void add(String name, String type, long[] shape, long begin, long end)
        throws WeightFormatException {
      DType dtype = DType.ofName(type);
      if (dtype == null) {
        throw file.fail(
            "tensor \"%s\" has dtype %s, which is none of %s"
                .formatted(name, type, Arrays.toString(DType.values())));
      }
      if (end < begin || end > data.byteSize()) {
        throw file.fail(
            "tensor \"%s\" lies at bytes %,d to %,d of %,d; the file is cut short or damaged"
                .formatted(name, begin, end, data.byteSize()));
      }
      long numel = Strided.numel(shape);
      if (numel < 0 || numel > Long.MAX_VALUE / 8 || numel * dtype.bytes() != end - begin) {
        throw file.fail(
            "tensor \"%s\" has shape %s of %s, which does not make its %,d bytes; it looks damaged"
                .formatted(name, Arrays.toString(shape), dtype, end - begin));
      }
      places.add(new Place(name, begin, end));
      tensors.add(
          new StoredTensor.Mapped(
              new WeightEntry(name, dtype, shape),
              data.asSlice(begin, end - begin),
              ByteOrder.LITTLE_ENDIAN,
              0,
              Strided.rowMajor(shape)));
    }

    /** In order of their offsets the tensors cover the data exactly. */
    void checkPlaces() throws WeightFormatException {
      places.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
      long covered = 0;
      for (Place place : places) {
        if (place.begin != covered) {
          throw file.fail(
              "tensor \"%s\" begins at byte %,d of the data, where %,d was due; it looks damaged"
                  .formatted(place.name, place.begin, covered));
        }
        covered = place.end;
      }
      if (covered != data.byteSize()) {
        throw file.fail(
            "its tensors take %,d bytes of data, and there are %,d; it looks damaged"
                .formatted(covered, data.byteSize()));
      }
    }
  }
}
