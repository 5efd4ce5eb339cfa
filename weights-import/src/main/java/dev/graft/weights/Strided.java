package dev.graft.weights;

/** The arithmetic of shapes and strides over stored elements, with its overflows watched. */
final class Strided {
  /** PyTorch's own limit. */
  static final int MAX_RANK = 64;

  private Strided() {}

  /**
   * The number of elements of a shape.
   *
   * @return the product of the sizes, or -1 where one is negative or the product exceeds a long
   */
  static long numel(long[] size) {
    long product = 1;
    boolean empty = false;
    for (long n : size) {
      if (n < 0) {
        return -1;
      }
      empty |= n == 0;
    }
    if (empty) {
      return 0;
    }
    for (long n : size) {
      if (n > Long.MAX_VALUE / product) {
        return -1;
      }
      product *= n;
    }
    return product;
  }

  /** The strides of a row-major tensor of that shape; all 0 for one without elements. */
  static long[] rowMajor(long[] size) {
    long[] stride = new long[size.length];
    long next = numel(size) > 0 ? 1 : 0;
    for (int d = size.length - 1; d >= 0; d--) {
      stride[d] = next;
      next *= size[d];
    }
    return stride;
  }

  /** Whether a view lies one element after another; where it has none or one, it does. */
  static boolean isRowMajor(long[] size, long[] stride) {
    long next = 1;
    for (int d = size.length - 1; d >= 0; d--) {
      if (size[d] != 1 && stride[d] != next) {
        return numel(size) == 0;
      }
      next *= size[d];
    }
    return true;
  }

  /**
   * What is wrong with a view of {@code available} elements, or null where nothing is.
   *
   * @param offset index of the view's first element
   * @param size its shape
   * @param stride distances between neighbours, in elements
   */
  static String problem(long available, long offset, long[] size, long[] stride) {
    if (size.length != stride.length) {
      return "there are " + size.length + " sizes and " + stride.length + " strides";
    }
    long numel = numel(size);
    if (numel < 0) {
      return "the size is negative or too large for any file";
    }
    // PyTorch leaves an empty slice whatever offset the slicing came to.
    if (offset < 0 || numel > 0 && offset >= available) {
      return "the offset lies outside of its %,d elements".formatted(available);
    }
    long last = offset;
    for (int d = 0; d < size.length; d++) {
      if (stride[d] < 0) {
        return "a stride is negative";
      }
      if (numel == 0 || size[d] == 1 || stride[d] == 0) {
        continue;
      }
      if (stride[d] > (Long.MAX_VALUE - last) / (size[d] - 1)) {
        return "its last element lies past any file's end";
      }
      last += (size[d] - 1) * stride[d];
    }
    return numel > 0 && last >= available
        ? "it reaches element %,d of %,d".formatted(last, available)
        : null;
  }

  /**
   * Decodes a view in row-major order.
   *
   * @param decoder the stored elements
   * @param offset index of the view's first element
   * @param size its shape, at most 2^31 - 1 elements in all
   * @param stride distances between neighbours, in elements
   */
  static float[] decode(Decoder decoder, long offset, long[] size, long[] stride) {
    float[] values = new float[Math.toIntExact(numel(size))];
    if (values.length == 0) {
      return values;
    }
    // The last dimensions that lie row-major form one run.
    int outer = size.length;
    long run = 1;
    while (outer > 0 && (size[outer - 1] == 1 || stride[outer - 1] == run)) {
      run *= size[--outer];
    }
    long step = 1;
    if (run == 1 && outer > 0) {
      outer--;
      run = size[outer];
      step = stride[outer];
    }
    long[] index = new long[outer];
    long first = offset;
    for (int at = 0; at < values.length; at += (int) run) {
      decoder.decode(first, step, values, at, (int) run);
      for (int d = outer - 1; d >= 0; d--) {
        first += stride[d];
        if (++index[d] < size[d]) {
          break;
        }
        first -= size[d] * stride[d];
        index[d] = 0;
      }
    }
    return values;
  }
}
