package dev.graft.tensor;

import java.util.Locale;

/**
 * Prints tensors as PyTorch does: four decimals, long dimensions abridged; the shape comes first.
 */
final class TensorFormat {
  private static final int EDGE = 3;
  private static final int ABRIDGE_OVER = 1000;

  private final Shape shape;
  private final float[] values;
  private final boolean abridged;
  private final String format;
  private final int width;

  private TensorFormat(Shape shape, float[] values) {
    this.shape = shape;
    this.values = values;
    this.abridged = values.length > ABRIDGE_OVER;
    this.format = chooseFormat();
    this.width = widest();
  }

  static String format(Tensor t) {
    StringBuilder out = new StringBuilder().append(t.shape()).append(' ');
    TensorFormat f = new TensorFormat(t.shape(), t.toArray());
    if (t.rank() == 0) {
      out.append(f.number(f.values[0]));
    } else {
      f.append(out, 0, 0, out.length());
    }
    if (t.node() != null) {
      out.append(" grad_fn=").append(t.node().op().name());
    } else if (t.requiresGrad()) {
      out.append(" requires_grad");
    }
    return out.toString();
  }

  /** Whole numbers end in a point, wide ranges are in scientific notation, the rest %.4f. */
  private String chooseFormat() {
    boolean whole = true;
    float max = 0;
    float min = Float.MAX_VALUE;
    for (float v : values) {
      if (Float.isNaN(v) || Float.isInfinite(v)) {
        continue;
      }
      whole &= v == Math.rint(v);
      float size = Math.abs(v);
      max = Math.max(max, size);
      min = size > 0 ? Math.min(min, size) : min;
    }
    if (max >= 1e8f || min < 1e-4f || max / min > 1000 && !whole) {
      return "%.4e";
    }
    return whole ? "%.0f." : "%.4f";
  }

  /** Of all numbers; the longest are the extremes, and what is not finite. */
  private int widest() {
    float max = Float.NEGATIVE_INFINITY;
    float min = Float.POSITIVE_INFINITY;
    int widest = 0;
    for (float v : values) {
      if (Float.isNaN(v) || Float.isInfinite(v)) {
        widest = Math.max(widest, number(v).length());
      } else {
        max = Math.max(max, v);
        min = Math.min(min, v);
      }
    }
    return max < min
        ? widest
        : Math.max(widest, Math.max(number(max).length(), number(min).length()));
  }

  private String number(float v) {
    if (Float.isNaN(v)) {
      return "nan";
    }
    if (Float.isInfinite(v)) {
      return v > 0 ? "inf" : "-inf";
    }
    return String.format(Locale.ROOT, format, v);
  }

  private void append(StringBuilder out, int dim, int offset, int indent) {
    int size = shape.dim(dim);
    int step = 1;
    for (int i = dim + 1; i < shape.rank(); i++) {
      step *= shape.dim(i);
    }
    boolean last = dim == shape.rank() - 1;
    String between =
        last ? ", " : "," + "\n".repeat(shape.rank() - 1 - dim) + " ".repeat(indent + 1);
    out.append('[');
    for (int i = 0; i < size; i++) {
      if (i > 0) {
        out.append(between);
      }
      if (abridged && size > 2 * EDGE && i == EDGE) {
        out.append("...");
        i = size - EDGE - 1;
      } else if (last) {
        String text = number(values[offset + i]);
        out.append(" ".repeat(Math.max(0, width - text.length()))).append(text);
      } else {
        append(out, dim + 1, offset + i * step, indent + 1);
      }
    }
    out.append(']');
  }
}
