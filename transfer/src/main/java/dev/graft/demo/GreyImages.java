package dev.graft.demo;

import dev.graft.data.Image;
import dev.graft.data.Preprocessing;
import dev.graft.data.Resize;
import dev.graft.tensor.Tensor;
import java.util.List;

/** Grey pictures of 28×28 pixels as network input, exactly as their PNG files would come to it. */
public final class GreyImages {
  private static final float MEAN = 0.1307f;
  private static final float STD = 0.3081f;

  /**
   * 28×28 as they are, with MNIST's mean and standard deviation in each of three equal channels.
   */
  static final Preprocessing PREPROCESSING =
      new Preprocessing(
          MnistFrame.SIDE,
          MnistFrame.SIDE,
          Resize.Filter.BILINEAR,
          List.of(MEAN, MEAN, MEAN),
          List.of(STD, STD, STD));

  private GreyImages() {}

  /** Pictures of 784 bytes each as [n, 3, 28, 28]. */
  public static Tensor tensor(byte[][] pictures) {
    int pixels = MnistFrame.SIDE * MnistFrame.SIDE;
    float[] data = new float[pictures.length * 3 * pixels];
    for (int n = 0; n < pictures.length; n++) {
      float[] input = PREPROCESSING.apply(image(pictures[n]));
      System.arraycopy(input, 0, data, n * input.length, input.length);
    }
    return Tensor.of(data, pictures.length, 3, MnistFrame.SIDE, MnistFrame.SIDE);
  }

  private static Image image(byte[] grey) {
    byte[] rgb = new byte[3 * grey.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = grey[i / 3];
    }
    return new Image(MnistFrame.SIDE, MnistFrame.SIDE, rgb);
  }
}
