package dev.graft.nn;

/** Surrounds the last two dimensions with zeros. */
public final class ZeroPad2d extends ConstantPad2d {
  /** The same width on all four sides. */
  public ZeroPad2d(int padding) {
    super(padding, 0);
  }

  public ZeroPad2d(int left, int right, int top, int bottom) {
    super(left, right, top, bottom, 0);
  }

  @Override
  protected String describe() {
    return widths();
  }
}
