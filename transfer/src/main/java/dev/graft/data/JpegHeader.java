package dev.graft.data;

import java.io.ByteArrayOutputStream;

/**
 * What of a JPEG's segments matters here: the number of its components, how its ink is coded, and
 * the data without colour profiles (APP2), which Pillow ignores and the JDK would convert by.
 */
record JpegHeader(int components, boolean isYcck, byte[] withoutProfile) {
  private static final int START_OF_SCAN = 0xda;
  private static final int PROFILE = 0xe2;
  private static final int ADOBE = 0xee;

  static JpegHeader of(byte[] b) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(b.length);
    out.write(b, 0, 2);
    int components = 0;
    boolean ycck = false;
    int at = 2;
    while (at + 4 <= b.length && (b[at] & 0xff) == 0xff) {
      int marker = b[at + 1] & 0xff;
      int length = 2 + ((b[at + 2] & 0xff) << 8 | b[at + 3] & 0xff);
      if (marker == START_OF_SCAN || marker < 0xc0 || marker == 0xff || at + length > b.length) {
        break;
      }
      if (isFrame(marker) && length > 9) {
        components = b[at + 9];
      } else if (marker == ADOBE && length >= 16 && b[at + 4] == 'A') {
        ycck = b[at + 15] == 2;
      }
      if (marker != PROFILE) {
        out.write(b, at, length);
      }
      at += length;
    }
    out.write(b, at, b.length - at);
    return new JpegHeader(components, ycck, out.toByteArray());
  }

  /** SOF0 … SOF15, without the tables (DHT, JPG, DAC) that are numbered among them. */
  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }
}
