package dev.graft.peers;

import static dev.graft.tensor.Functional.maxPool2d;

import dev.graft.nn.Conv2d;
import dev.graft.nn.Dropout;
import dev.graft.nn.Dropout2d;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;

/** The network of examples/Net.java, with the dropout that it is given. */
final class ArticleNet extends Layer {
  private final Conv2d conv1;
  private final Conv2d conv2;
  private final Dropout2d conv2Drop;
  private final Linear fc1;
  private final Dropout fc1Drop;
  private final Linear fc2;

  ArticleNet(Rng rng, float dropout) {
    conv1 = child("conv1", new Conv2d(1, 10, 5, rng));
    conv2 = child("conv2", new Conv2d(10, 20, 5, rng));
    conv2Drop = child("conv2_drop", new Dropout2d(dropout, rng));
    fc1 = child("fc1", new Linear(320, 50, rng));
    fc1Drop = child("fc1_drop", new Dropout(dropout, rng));
    fc2 = child("fc2", new Linear(50, 10, rng));
  }

  @Override
  protected Tensor forward(Tensor x) {
    Tensor y = maxPool2d(conv1.apply(x), 2).relu();
    y = maxPool2d(conv2Drop.apply(conv2.apply(y)), 2).relu();
    y = fc1.apply(y.reshape(-1, 320)).relu();
    return fc2.apply(fc1Drop.apply(y)).logSoftmax(1);
  }
}
