package dev.graft.train;

import dev.graft.data.DataLoader;
import dev.graft.data.Dataset;
import dev.graft.data.RandomCrop;
import dev.graft.data.RandomHorizontalFlip;
import dev.graft.data.TensorDataset;
import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Conv2d;
import dev.graft.nn.CrossEntropyLoss;
import dev.graft.nn.Dropout;
import dev.graft.nn.Dropout2d;
import dev.graft.nn.Flatten;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.nn.MaxPool2d;
import dev.graft.nn.ReLU;
import dev.graft.nn.Sequential;
import dev.graft.op.PoolParams;
import dev.graft.optim.Adam;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** A small network with everything that must survive a checkpoint, and data that it can learn. */
public final class Toy {
  static final int CLASSES = 4;

  private Toy() {}

  /** Noise with a bright quarter that tells the class. */
  public static Dataset data(int n, long seed) {
    Rng rng = Rng.of(seed);
    float[] x = new float[n * 64];
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = rng.nextInt(CLASSES);
      for (int p = 0; p < 64; p++) {
        boolean bright = p / 32 == labels[i] / 2 && p % 8 / 4 == labels[i] % 2;
        x[i * 64 + p] = rng.nextFloat() + (bright ? 0.4f : 0);
      }
    }
    return new TensorDataset(Tensor.of(x, n, 1, 8, 8), labels);
  }

  public static DataLoader trainLoader() {
    Dataset augmented =
        data(200, 1).transformed(new RandomCrop(8, 1), new RandomHorizontalFlip(0.1f));
    return new DataLoader(augmented, 16).withShuffle(3);
  }

  public static DataLoader heldOut() {
    return new DataLoader(data(60, 2), 32);
  }

  public static Layer network(long seed) {
    Rng rng = Rng.of(seed);
    return new Sequential(
        new Conv2d(1, 6, 3, rng),
        new BatchNorm2d(6),
        new Dropout2d(0.1f, rng),
        new MaxPool2d(PoolParams.of(2)),
        new ReLU(),
        new Flatten(),
        new Dropout(0.2f, rng.split("dropout")),
        new Linear(54, CLASSES, rng));
  }

  public static Trainer trainer(Layer network) {
    return new Trainer(network, new CrossEntropyLoss(), new Adam(network.parameters(), 5e-3))
        .withOutput(null);
  }

  /** A digest of the bits of every parameter and buffer. */
  public static Map<String, String> bits(Layer network) {
    Map<String, String> bits = new LinkedHashMap<>();
    network.stateDict().tensors().forEach((name, t) -> bits.put(name, digest(t.toArray())));
    return bits;
  }

  private static String digest(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
    bytes.asFloatBuffer().put(values);
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.array());
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
