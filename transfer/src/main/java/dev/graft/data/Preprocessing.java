package dev.graft.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What torchvision does to an image before a network sees it: the short side resized to {@code
 * resize} pixels, the middle {@code crop}×{@code crop} cut out, values divided by 255, and each
 * channel c made {@code (value − mean[c]) / std[c]}. Bit for bit what torchvision and Pillow
 * compute: the long side is int(resize·long/short), margins are rounded half to even, and a crop
 * larger than the image is filled up with black.
 *
 * @param squash both sides are resized to {@code resize}, whatever the image's shape
 * @param blueFirst the network's channels are blue, green, red, as Keras's ResNets want them; mean
 *     and std are in that order
 * @param upright photos are turned as their EXIF orientation says; networks are usually trained on
 *     images as they are stored
 */
public record Preprocessing(
    int resize,
    int crop,
    Resize.Filter filter,
    List<Float> mean,
    List<Float> std,
    boolean squash,
    boolean blueFirst,
    boolean upright) {
  private static final List<Float> IMAGENET_MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> IMAGENET_STD = List.of(0.229f, 0.224f, 0.225f);

  /** Resize 256, crop 224: torchvision's first ImageNet weights. */
  public static final Preprocessing IMAGENET = imagenetStatistics(256, 224);

  /** Resize 232, crop 224: torchvision's second ImageNet weights. */
  public static final Preprocessing IMAGENET_V2 = imagenetStatistics(232, 224);

  /** 32×32, which leaves CIFAR's own images as they are. */
  public static final Preprocessing CIFAR = imagenetStatistics(32, 32);

  /** Keras's ResNets: blue first, means taken off values of 0 … 255. */
  public static final Preprocessing KERAS =
      new Preprocessing(
          256,
          224,
          Resize.Filter.BILINEAR,
          List.of(103.939f / 255, 116.779f / 255, 123.68f / 255),
          List.of(1f / 255, 1f / 255, 1f / 255),
          false,
          true);

  /** Larger crops are taken for mistakes: one image would fill hundreds of megabytes. */
  private static final int LARGEST_CROP = 4096;

  /**
   * @throws IllegalArgumentException if a size is not positive, crop exceeds 4096, or mean and std
   *     are not three finite values each, those of std positive
   */
  public Preprocessing {
    if (crop < 1 || resize < 1 || crop > LARGEST_CROP) {
      throw new IllegalArgumentException(
          "preprocessing: needs crop and resize from 1 on, crop <= %d: crop %d, resize %d"
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

  /** Images as they are stored. */
  public Preprocessing(
      int resize,
      int crop,
      Resize.Filter filter,
      List<Float> mean,
      List<Float> std,
      boolean squash,
      boolean blueFirst) {
    this(resize, crop, filter, mean, std, squash, blueFirst, false);
  }

  /** The same, with photos turned upright or as they are stored. */
  public Preprocessing withUpright(boolean turned) {
    return new Preprocessing(resize, crop, filter, mean, std, squash, blueFirst, turned);
  }

  /** Red first, and images keep their shape. */
  public Preprocessing(
      int resize, int crop, Resize.Filter filter, List<Float> mean, List<Float> std) {
    this(resize, crop, filter, mean, std, false, false);
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
  Image cut(Image image) {
    int w = image.width();
    int h = image.height();
    long longSide = (long) resize * Math.max(w, h) / Math.min(w, h);
    if (longSide > Integer.MAX_VALUE && !squash) {
      throw new IllegalArgumentException(
          "preprocessing: %dx%d pixels are too narrow to resize".formatted(w, h));
    }
    int width = squash || w <= h ? resize : (int) longSide;
    int height = squash || w > h ? resize : (int) longSide;
    int partW = Math.min(crop, width);
    int partH = Math.min(crop, height);
    Image part =
        Resize.window(image, width, height, filter, margin(width), margin(height), partW, partH);
    return partW == crop && partH == crop ? part : onBlack(part);
  }

  /** Half of what the crop leaves, rounded half to even as Python's round does; 0 if nothing. */
  private int margin(int side) {
    return Math.max(0, (int) Math.rint((side - crop) / 2.0));
  }

  /** A smaller image in the middle of a black one; an odd pixel is right and below. */
  private Image onBlack(Image image) {
    byte[] rgb = Image.bytes(crop, crop);
    int left = (crop - image.width()) / 2;
    int top = (crop - image.height()) / 2;
    for (int y = 0; y < image.height(); y++) {
      int from = y * image.width() * 3;
      int to = ((top + y) * crop + left) * 3;
      System.arraycopy(image.rgb(), from, rgb, to, image.width() * 3);
    }
    return new Image(crop, crop, rgb);
  }

  private float[] normalise(Image image) {
    int pixels = crop * crop;
    float[] out = new float[3 * pixels];
    float[] values = new float[256];
    for (int c = 0; c < 3; c++) {
      for (int v = 0; v < values.length; v++) {
        values[v] = (v / 255f - mean.get(c)) / std.get(c);
      }
      int channel = blueFirst ? 2 - c : c;
      for (int i = 0; i < pixels; i++) {
        out[c * pixels + i] = values[image.rgb()[i * 3 + channel] & 0xff];
      }
    }
    return out;
  }

  /** One line that {@link #parse} reads. */
  public String toText() {
    return String.format(
        Locale.ROOT,
        "resize=%d crop=%d filter=%s mean=%s std=%s%s%s%s",
        resize,
        crop,
        filter.name().toLowerCase(Locale.ROOT),
        join(mean),
        join(std),
        squash ? " squash=true" : "",
        blueFirst ? " order=bgr" : "",
        upright ? " upright=true" : "");
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
          floats(fields.get("std")),
          fields.getOrDefault("squash", "false").equals("true"),
          fields.getOrDefault("order", "rgb").equals("bgr"),
          fields.getOrDefault("upright", "false").equals("true"));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("preprocessing: cannot read \"" + text + "\"", e);
    }
  }

  private static List<Float> floats(String text) {
    return Arrays.stream(text.split(",")).map(Float::valueOf).toList();
  }
}
