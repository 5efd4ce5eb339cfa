package dev.graft.weights;

/**
 * A small file of each format, all of them with the tensors w = [[1, 2, 3], [4, 5, 6]], b = [7, 8].
 */
enum SampleFile {
  ZIP("torch zip", WeightBytes.smallZip()),
  LEGACY("torch legacy", WeightBytes.smallLegacy()),
  SAFETENSORS("safetensors", WeightBytes.smallSafetensors());

  private final String format;
  private final byte[] bytes;

  SampleFile(String format, byte[] bytes) {
    this.format = format;
    this.bytes = bytes;
  }

  /** The name of the format. */
  String format() {
    return format;
  }

  /** A copy of the whole file. */
  byte[] bytes() {
    return bytes.clone();
  }
}
