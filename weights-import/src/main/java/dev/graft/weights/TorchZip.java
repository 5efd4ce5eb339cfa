package dev.graft.weights;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * torch.save's format since PyTorch 1.6: a zip archive with the object as a pickle, {@code
 * NAME/data.pkl}, and each storage as an entry of its own, {@code NAME/data/KEY}, uncompressed.
 * From 2.1 on {@code NAME/byteorder} says {@code little} or {@code big}; without it they are
 * little.
 */
final class TorchZip implements WeightFormat {
  private static final String PICKLE = "data.pkl";

  @Override
  public String name() {
    return "torch zip";
  }

  @Override
  public boolean matches(FileBytes file) {
    return file.has(0, (byte) 'P', (byte) 'K', (byte) 3, (byte) 4);
  }

  @Override
  public Contents parse(FileBytes file) throws WeightFormatException {
    ZipDirectory zip = new ZipDirectory(file);
    ZipDirectory.Entry pickle = findPickle(zip, file);
    String root = pickle.name().substring(0, pickle.name().length() - PICKLE.length());
    refuseTorchScript(zip, root, file);
    zip.requireStored(pickle);
    PickleCursor in = new PickleCursor(file, pickle.data(), pickle.data() + pickle.size());
    Map<String, ZipDirectory.Entry> records = records(zip, root + "data/");
    Object object = new PickleMachine(in, id -> storage(id, zip, records, file)).run();
    return new TorchCheckpoint(file, byteOrder(zip, root, file)).contents(object);
  }

  private static ZipDirectory.Entry findPickle(ZipDirectory zip, FileBytes file)
      throws WeightFormatException {
    ZipDirectory.Entry found = null;
    for (ZipDirectory.Entry entry : zip.entries()) {
      if (entry.name().equals(PICKLE) || entry.name().endsWith("/" + PICKLE)) {
        if (found != null) {
          throw file.fail(
              "it holds two pickles, \"%s\" and \"%s\"; refused"
                  .formatted(found.name(), entry.name()));
        }
        found = entry;
      }
    }
    if (found == null) {
      throw file.fail("it is a zip archive, but not one of torch.save's: it has no " + PICKLE);
    }
    return found;
  }

  private static void refuseTorchScript(ZipDirectory zip, String root, FileBytes file)
      throws WeightFormatException {
    boolean script = zip.get(root + "constants.pkl") != null;
    String code = root + "code/";
    for (ZipDirectory.Entry entry : zip.entries()) {
      script |= entry.name().startsWith(code);
    }
    if (script) {
      throw file.fail(
          "is a TorchScript program, not weights; in Python save its weights with"
              + " torch.save(torch.jit.load(\"…\").state_dict(), \"weights.pt\")");
    }
  }

  private static ByteOrder byteOrder(ZipDirectory zip, String root, FileBytes file)
      throws WeightFormatException {
    ZipDirectory.Entry entry = zip.get(root + "byteorder");
    if (entry == null) {
      return ByteOrder.LITTLE_ENDIAN;
    }
    zip.requireStored(entry);
    byte[] word = file.copy(entry.data(), (int) Math.min(entry.size(), 16));
    return switch (new String(word, StandardCharsets.US_ASCII)) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default -> throw file.fail("its byteorder is neither little nor big; it looks damaged");
    };
  }

  /** The storages' entries by key. */
  private static Map<String, ZipDirectory.Entry> records(ZipDirectory zip, String folder) {
    Map<String, ZipDirectory.Entry> records = new HashMap<>();
    for (ZipDirectory.Entry entry : zip.entries()) {
      if (entry.name().startsWith(folder)) {
        records.put(entry.name().substring(folder.length()), entry);
      }
    }
    return records;
  }

  private static Object storage(
      Object id, ZipDirectory zip, Map<String, ZipDirectory.Entry> records, FileBytes file)
      throws WeightFormatException {
    Object parsed = TorchStorage.parse(id, file);
    if (!(parsed instanceof TorchStorage.Id named)) {
      return parsed;
    }
    ZipDirectory.Entry entry = records.get(named.key());
    if (entry == null) {
      throw file.fail("its storage " + named.key() + " is missing; save it again");
    }
    MemorySegment bytes = zip.bytes(entry);
    if (bytes.byteSize() != named.bytes()) {
      throw file.fail(
          "its storage %s has %,d bytes, where its pickle says %,d; refused"
              .formatted(named.key(), bytes.byteSize(), named.bytes()));
    }
    if (named.type().opaque()) {
      return named.marker();
    }
    TorchStorage storage = new TorchStorage(named.type().dtype(), named.numel());
    storage.place(bytes);
    return storage;
  }
}
