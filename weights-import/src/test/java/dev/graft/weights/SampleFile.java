package dev.graft.weights;

/**
 * A small file of each format, all of them with the tensors w = [[1, 2, 3], [4, 5, 6]], b = [7, 8].
 */
enum SampleFile {
  NPZ("npz", NumpyBytes.small()),
  KERAS_ARCHIVE("keras archive", new ZipBytes().add("model.weights.h5", Hdf5Bytes.small()).end()),
  ZIP("torch zip", WeightBytes.smallZip()),
  LEGACY("torch legacy", WeightBytes.smallLegacy()),
  TAR("torch tar", TarBytes.small()),
  ONNX("onnx", OnnxBytes.small()),
  SAFETENSORS("safetensors", WeightBytes.smallSafetensors()),
  HDF5("keras hdf5", Hdf5Bytes.small());

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
