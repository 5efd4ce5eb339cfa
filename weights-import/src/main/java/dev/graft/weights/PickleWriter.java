package dev.graft.weights;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Writes the pickle of a state dict, in protocol 2 and without anything but {@code OrderedDict},
 * {@code _rebuild_tensor_v2} and the storages' classes: what {@code torch.load(weights_only=True)}
 * reads.
 */
final class PickleWriter {
  /** Python's own: it fills a dict in batches of so many items. */
  private static final int BATCH = 1000;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** torch's class for storages of a type, or null where it has none. */
  static String storageClass(DType dtype) {
    return switch (dtype) {
      case BOOL -> "BoolStorage";
      case U8 -> "ByteStorage";
      case I8 -> "CharStorage";
      case I16 -> "ShortStorage";
      case I32 -> "IntStorage";
      case I64 -> "LongStorage";
      case F16 -> "HalfStorage";
      case BF16 -> "BFloat16Storage";
      case F32 -> "FloatStorage";
      case F64 -> "DoubleStorage";
      default -> null;
    };
  }

  /**
   * The pickle of an OrderedDict of tensors.
   *
   * @param storageOf which storage, by its number, holds a tensor from its first element on
   */
  static byte[] stateDict(List<Outgoing> tensors, Map<Object, Integer> storageOf) {
    PickleWriter writer = new PickleWriter();
    writer.op(0x80, 2);
    writer.emptyOrderedDict();
    Iterator<Outgoing> left = tensors.iterator();
    while (left.hasNext()) {
      writer.op('(');
      for (int i = 0; i < BATCH && left.hasNext(); i++) {
        Outgoing tensor = left.next();
        writer.text(tensor.name());
        writer.tensor(tensor, storageOf.get(tensor.tie()));
      }
      writer.op('u');
    }
    writer.op('.');
    return writer.out.toByteArray();
  }

  /** {@code _rebuild_tensor_v2(storage, 0, shape, stride, False, OrderedDict())}. */
  private void tensor(Outgoing tensor, int storage) {
    global("torch._utils", "_rebuild_tensor_v2");
    op('(');
    op('(');
    text("storage");
    global("torch", storageClass(tensor.dtype()));
    text(Integer.toString(storage));
    text("cpu");
    number(tensor.numel());
    op('t', 'Q');
    number(0);
    numbers(tensor.shape());
    numbers(Strided.rowMajor(tensor.shape()));
    op(0x89);
    emptyOrderedDict();
    op('t', 'R');
  }

  private void emptyOrderedDict() {
    global("collections", "OrderedDict");
    op(')', 'R');
  }

  private void global(String module, String name) {
    op('c');
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private void text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    op('X');
    little(bytes.length, Integer.BYTES);
    out.writeBytes(bytes);
  }

  private void numbers(long[] values) {
    op('(');
    for (long value : values) {
      number(value);
    }
    op('t');
  }

  private void number(long value) {
    if (value == (int) value) {
      op('J');
      little(value, Integer.BYTES);
    } else {
      op(0x8a, Long.BYTES);
      little(value, Long.BYTES);
    }
  }

  private void little(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> 8 * i));
    }
  }

  private void op(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
  }
}
