package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** Surrounds the last two dimensions with a constant. */
public class ConstantPad2d extends Layer {
  private final int left;
  private final int right;
  private final int top;
  private final int bottom;
  private final float value;

  /** The same width on all four sides. */
  public ConstantPad2d(int padding, float value) {
    this(padding, padding, padding, padding, value);
  }

  public ConstantPad2d(int left, int right, int top, int bottom, float value) {
    this.left = left;
    this.right = right;
    this.top = top;
    this.bottom = bottom;
    this.value = value;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.pad(left, right, top, bottom, value);
  }

  /** The widths: left, right, top, bottom. */
  final String widths() {
    return left + ", " + right + ", " + top + ", " + bottom;
  }

  @Override
  protected String describe() {
    return widths() + ", value " + value;
  }
}
