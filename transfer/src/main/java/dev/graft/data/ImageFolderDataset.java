package dev.graft.data;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.io.IOException;
import java.util.List;

/** The images of an {@link ImageFolder}, read from their files each time, as [3, h, w]. */
public final class ImageFolderDataset implements Dataset {
  /** What makes an image the network's input. */
  private interface Decoding {
    void decode(Image image, float[] into, int offset, Rng rng);
  }

  private final ImageFolder folder;
  private final Shape shape;
  private final Decoding decoding;
  private final boolean upright;

  private ImageFolderDataset(ImageFolder folder, int size, Decoding decoding, boolean upright) {
    this.folder = folder;
    this.shape = Shape.of(3, size, size);
    this.decoding = decoding;
    this.upright = upright;
  }

  /** The middle of each image, normalised, as {@code preprocessing} says; for evaluation. */
  public ImageFolderDataset(ImageFolder folder, Preprocessing preprocessing) {
    this(
        folder,
        preprocessing.crop(),
        (image, into, offset, rng) -> {
          float[] values = preprocessing.apply(image);
          System.arraycopy(values, 0, into, offset, values.length);
        },
        preprocessing.upright());
  }

  /**
   * A random part of each image with values 0 … 1; add a flip and {@link Normalize} with {@link
   * #transformed}.
   */
  public ImageFolderDataset(ImageFolder folder, RandomResizedCrop crop) {
    this(
        folder,
        crop.size(),
        (image, into, offset, rng) -> ByteImages.toUnitPlanes(crop.apply(image, rng), into, offset),
        false);
  }

  /** The same with photos turned as their EXIF orientation says. */
  public ImageFolderDataset withUpright() {
    return new ImageFolderDataset(folder, shape.dim(1), decoding, true);
  }

  @Override
  public int size() {
    return folder.size();
  }

  @Override
  public List<String> classes() {
    return folder.classes();
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public int label(int index) {
    return folder.labels().get(index);
  }

  @Override
  public void read(int index, float[] into, int offset, Rng rng) throws IOException {
    decoding.decode(ImageReader.read(folder.files().get(index), upright), into, offset, rng);
  }

  @Override
  public String describe(int index) {
    return folder.files().get(index).toString();
  }

  @Override
  public String toString() {
    return folder + " as " + shape;
  }
}
