package dev.graft.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The formats that are read, told apart by a file's first bytes. */
enum ImageFormat {
  JPEG("\u00ff\u00d8\u00ff"),
  PNG("\u0089PNG\r\n\u001a\n"),
  BMP("BM"),
  GIF("GIF8");

  /** What lies in people's folders of photos and is not read, by bytes from offset 0. */
  private static final Map<String, String> OTHERS =
      Map.of(
          "II*\0",
          "TIFF",
          "MM\0*",
          "TIFF",
          "%PDF",
          "PDF",
          "<svg",
          "SVG",
          "<?xml",
          "XML",
          "8BPS",
          "Photoshop",
          "\0\0\1\0",
          "an icon",
          "\u00ff\n",
          "JPEG XL",
          "PK\3\4",
          "a zip archive");

  private final String start;

  ImageFormat(String start) {
    this.start = start;
  }

  /**
   * @throws IOException if it is none of these; the message says what it is, where that is known
   */
  static ImageFormat of(byte[] bytes) throws IOException {
    if (bytes.length == 0) {
      throw new IOException("the file is empty");
    }
    String head = new String(bytes, 0, Math.min(bytes.length, 16), StandardCharsets.ISO_8859_1);
    for (ImageFormat format : values()) {
      if (head.startsWith(format.start)) {
        return format;
      }
    }
    throw new IOException(other(head) + "; JPEG, PNG, BMP and GIF are read");
  }

  private static String other(String head) {
    if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) {
      return "WebP is not supported";
    }
    if (head.startsWith("ftyp", 4)) {
      return "HEIC, AVIF and films are not supported";
    }
    for (var entry : OTHERS.entrySet()) {
      if (head.startsWith(entry.getKey())) {
        return entry.getValue() + " is not supported";
      }
    }
    return "not an image";
  }
}
