package dev.graft.weights;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files of a tar archive (POSIX.1-1988 ustar; the extended headers of POSIX.1-2001 are stepped
 * over), each where it lies.
 */
final class TarDirectory {
  private static final int BLOCK = 512;
  private static final int NAME_SIZE = 100;
  private static final int SIZE = 124;
  private static final int SIZE_DIGITS = 12;
  private static final int TYPE = 156;
  private static final int MAGIC = 257;

  /** The oldest format has a handful of files; this many are no mistake but an attack. */
  private static final int MOST_FILES = 10_000;

  private final Map<String, Extent> files = new LinkedHashMap<>();

  /** Where a file's bytes begin, and how many they are. */
  record Extent(long begin, long size) {}

  static boolean matches(FileBytes file) {
    return file.has(MAGIC, (byte) 'u', (byte) 's', (byte) 't', (byte) 'a', (byte) 'r');
  }

  TarDirectory(FileBytes file) throws WeightFormatException {
    long at = 0;
    while (at + BLOCK <= file.size() && file.u8(at) != 0) {
      long size = size(file, at);
      long begin = at + BLOCK;
      if (size > file.size() - begin) {
        throw file.fail(
            "its tar entry at byte %,d claims %,d bytes; it is cut short, fetch it again"
                .formatted(at, size));
      }
      int type = file.u8(at + TYPE);
      if ((type == '0' || type == 0)
          && files.put(name(file, at), new Extent(begin, size)) != null) {
        throw file.fail("it has two entries called \"" + name(file, at) + "\"; refused");
      }
      if (files.size() > MOST_FILES) {
        throw file.fail("its tar archive holds more than " + MOST_FILES + " files; refused");
      }
      at = begin + Math.ceilDiv(size, BLOCK) * BLOCK;
    }
    if (at + BLOCK > file.size()) {
      throw file.fail("its tar archive has no end; it is cut short, fetch it again");
    }
  }

  /** The file of that name, or null. */
  Extent get(String name) {
    Extent found = files.get(name);
    return found != null ? found : files.get("./" + name);
  }

  private static String name(FileBytes file, long at) throws WeightFormatException {
    byte[] bytes = file.copy(at, NAME_SIZE);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /** Octal digits; or, for over 8 GiB, a big-endian number behind a byte 0x80. */
  private static long size(FileBytes file, long at) throws WeightFormatException {
    long value = 0;
    if (file.u8(at + SIZE) == 0x80) {
      for (int i = SIZE_DIGITS - Long.BYTES; i < SIZE_DIGITS; i++) {
        value = value << 8 | file.u8(at + SIZE + i);
      }
    } else {
      for (int i = 0; i < SIZE_DIGITS; i++) {
        int digit = file.u8(at + SIZE + i);
        if (digit >= '0' && digit <= '7') {
          value = value << 3 | digit - '0';
        } else if (digit != ' ' && digit != 0) {
          throw file.fail("its tar archive is damaged at byte %,d".formatted(at));
        }
      }
    }
    if (value < 0) {
      throw file.fail("its tar archive is damaged at byte %,d".formatted(at));
    }
    return value;
  }
}
