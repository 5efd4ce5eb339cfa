package dev.graft.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What torchvision does to an image before a network sees it: the short side resized to {@code
 * resize} pixels, the middle {@code crop}×{@code crop} cut out, values divided by 255, and each
 * channel c made {@code (value − mean[c]) / std[c]}.
 */
public record Preprocessing(
    int resize, int crop, Resize.Filter filter, List<Float> mean, List<Float> std) {
  private static final List<Float> IMAGENET_MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> IMAGENET_STD = List.of(0.229f, 0.224f, 0.225f);

  /** Resize 256, crop 224: torchvision's first ImageNet weights. */
  public static final Preprocessing IMAGENET = imagenetStatistics(256, 224);

  /** 32×32, which leaves CIFAR's own images as they are. */
  public static final Preprocessing CIFAR = imagenetStatistics(32, 32);

  /** Larger crops are taken for mistakes: one image would fill hundreds of megabytes. */
  private static final int LARGEST_CROP = 4096;

  /**
   * @throws IllegalArgumentException if a size is not positive, crop exceeds resize or 4096, or
   *     mean and std are not three finite values each, those of std positive
   */
  public Preprocessing {
    if (crop < 1 || resize < crop || crop > LARGEST_CROP) {
      throw new IllegalArgumentException(
          "preprocessing: needs 1 <= crop <= resize, crop <= %d: crop %d, resize %d"
              .formatted(LARGEST_CROP, crop, resize));
    }
    boolean finite =
        mean.stream().allMatch(Float::isFinite) && std.stream().allMatch(Float::isFinite);
    if (mean.size() != 3 || std.size() != 3 || !finite || std.stream().anyMatch(s -> s <= 0)) {
      throw new IllegalArgumentException(
          "preprocessing: needs three means and three positive deviations: " + mean + ", " + std);
    }
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  private static Preprocessing imagenetStatistics(int resize, int crop) {
    return new Preprocessing(resize, crop, Resize.Filter.BILINEAR, IMAGENET_MEAN, IMAGENET_STD);
  }

  /**
   * The network's input [3, crop, crop], row-major.
   *
   * @throws IllegalArgumentException if the long side, resized, would exceed 2^31 pixels
   */
  public float[] apply(Image image) {
    return normalise(cut(image));
  }

  /** The middle of the resized image. The rest of it is never computed. */
  private Image cut(Image image) {
    int w = image.width();
    int h = image.height();
    long longSide = (long) resize * Math.max(w, h) / Math.min(w, h);
    if (longSide > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "preprocessing: %dx%d pixels are too narrow to resize".formatted(w, h));
    }
    int width = w <= h ? resize : (int) longSide;
    int height = w <= h ? (int) longSide : resize;
    return Resize.window(image, width, height, filter, margin(width), margin(height), crop, crop);
  }

  /** Half of what the crop leaves, rounded half to even as Python's round does. */
  private int margin(int side) {
    return (int) Math.rint((side - crop) / 2.0);
  }

  private float[] normalise(Image image) {
    int pixels = crop * crop;
    float[] out = new float[3 * pixels];
    float[] values = new float[256];
    for (int c = 0; c < 3; c++) {
      for (int v = 0; v < values.length; v++) {
        values[v] = (v / 255f - mean.get(c)) / std.get(c);
      }
      for (int i = 0; i < pixels; i++) {
        out[c * pixels + i] = values[image.rgb()[i * 3 + c] & 0xff];
      }
    }
    return out;
  }

  /** One line that {@link #parse} reads. */
  public String toText() {
    return String.format(
        Locale.ROOT,
        "resize=%d crop=%d filter=%s mean=%s std=%s",
        resize,
        crop,
        filter.name().toLowerCase(Locale.ROOT),
        join(mean),
        join(std));
  }

  private static String join(List<Float> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /**
   * Reads what {@link #toText} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static Preprocessing parse(String text) {
    try {
      var fields =
          Arrays.stream(text.trim().split("\\s+"))
              .map(f -> f.split("=", 2))
              .collect(Collectors.toMap(f -> f[0], f -> f[1]));
      return new Preprocessing(
          Integer.parseInt(fields.get("resize")),
          Integer.parseInt(fields.get("crop")),
          Resize.Filter.valueOf(fields.get("filter").toUpperCase(Locale.ROOT)),
          floats(fields.get("mean")),
          floats(fields.get("std")));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("preprocessing: cannot read \"" + text + "\"", e);
    }
  }

  private static List<Float> floats(String text) {
    return Arrays.stream(text.split(",")).map(Float::valueOf).toList();
  }
}
