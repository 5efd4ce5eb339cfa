package dev.graft.nn;

import dev.graft.op.InterpolateParams;
import dev.graft.op.InterpolateParams.Mode;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Tensor;
import java.util.Locale;

/**
 * Resizes x [n, c, h, w] to a size or by a factor. {@code new
 * Upsample(InterpolateParams.scaleFactor(2).withMode(Mode.BILINEAR))}
 */
public final class Upsample extends Layer {
  private final InterpolateParams params;

  /** Rows and columns times a factor, by the nearest pixel. */
  public Upsample(double scaleFactor) {
    this(InterpolateParams.scaleFactor(scaleFactor));
  }

  public Upsample(InterpolateParams params) {
    this.params = params;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.interpolate(x, params);
  }

  @Override
  protected String describe() {
    String target =
        params.scaleH() == 0
            ? "size " + params.outH() + 'x' + params.outW()
            : "scale " + params.scaleH() + 'x' + params.scaleW();
    Mode mode = params.mode();
    String corners = params.alignCorners() ? ", corners aligned" : "";
    return target + ", " + mode.name().toLowerCase(Locale.ROOT) + corners;
  }
}
