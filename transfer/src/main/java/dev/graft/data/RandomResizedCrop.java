package dev.graft.data;

import dev.graft.tensor.Rng;

/**
 * A random part of an image resized to size×size: its area between {@code minScale} and {@code
 * maxScale} of the whole, its width over its height between {@code minRatio} and {@code maxRatio}
 * (Szegedy et al., 2015), as torchvision's RandomResizedCrop.
 */
public record RandomResizedCrop(
    int size, double minScale, double maxScale, double minRatio, double maxRatio) {
  private static final int ATTEMPTS = 10;

  /**
   * @throws IllegalArgumentException if size is below 1, the scales are not 0 &lt; min ≤ max ≤ 1 or
   *     the ratios not 0 &lt; min ≤ max
   */
  public RandomResizedCrop {
    boolean scales = minScale > 0 && minScale <= maxScale && maxScale <= 1;
    boolean ratios = minRatio > 0 && minRatio <= maxRatio && Double.isFinite(maxRatio);
    if (size < 1 || !scales || !ratios) {
      throw new IllegalArgumentException(
          "random_resized_crop: needs size >= 1, 0 < scale <= 1 and ratio > 0:"
              + " size %d, scale %s … %s, ratio %s … %s"
                  .formatted(size, minScale, maxScale, minRatio, maxRatio));
    }
  }

  /** 8 % to all of the area, 3:4 to 4:3. */
  public RandomResizedCrop(int size) {
    this(size, 0.08, 1, 3 / 4.0, 4 / 3.0);
  }

  /** A part of the image, drawn from {@code rng}. */
  public Image apply(Image image, Rng rng) {
    int w = image.width();
    int h = image.height();
    for (int i = 0; i < ATTEMPTS; i++) {
      double area = (double) w * h * (minScale + (maxScale - minScale) * rng.nextDouble());
      double low = StrictMath.log(minRatio);
      double ratio = StrictMath.exp(low + (StrictMath.log(maxRatio) - low) * rng.nextDouble());
      int cw = (int) Math.rint(Math.sqrt(area * ratio));
      int ch = (int) Math.rint(Math.sqrt(area / ratio));
      if (cw > 0 && cw <= w && ch > 0 && ch <= h) {
        int left = rng.nextInt(w - cw + 1);
        int top = rng.nextInt(h - ch + 1);
        return resized(image, left, top, cw, ch);
      }
    }
    return middle(image);
  }

  /** The largest middle part of an allowed ratio, for images too long for any draw. */
  private Image middle(Image image) {
    int w = image.width();
    int h = image.height();
    double ratio = (double) w / h;
    int cw = ratio > maxRatio ? (int) Math.rint(h * maxRatio) : w;
    int ch = ratio < minRatio ? (int) Math.rint(w / minRatio) : h;
    return resized(image, (w - cw) / 2, (h - ch) / 2, cw, ch);
  }

  private Image resized(Image image, int left, int top, int w, int h) {
    Image part =
        Resize.window(
            image, image.width(), image.height(), Resize.Filter.BILINEAR, left, top, w, h);
    return Resize.to(part, size, size, Resize.Filter.BILINEAR);
  }
}
