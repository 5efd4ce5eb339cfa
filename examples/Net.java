import static dev.graft.tensor.Functional.maxPool2d;

import dev.graft.nn.Conv2d;
import dev.graft.nn.Dropout;
import dev.graft.nn.Dropout2d;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;

/** A small network for 28×28 grey pictures: [n, 1, 28, 28] to log-probabilities [n, 10]. */
class Net extends Layer {
  private final Conv2d conv1;
  private final Conv2d conv2;
  private final Dropout2d conv2Drop;
  private final Linear fc1;
  private final Dropout fc1Drop;
  private final Linear fc2;

  Net(Rng rng) {
    conv1 = child("conv1", new Conv2d(1, 10, 5, rng));
    conv2 = child("conv2", new Conv2d(10, 20, 5, rng));
    conv2Drop = child("conv2_drop", new Dropout2d(0.5f, rng));
    fc1 = child("fc1", new Linear(320, 50, rng));
    fc1Drop = child("fc1_drop", new Dropout(0.5f, rng));
    fc2 = child("fc2", new Linear(50, 10, rng));
  }

  @Override
  protected Tensor forward(Tensor x) {
    x = maxPool2d(conv1.apply(x), 2).relu();
    x = maxPool2d(conv2Drop.apply(conv2.apply(x)), 2).relu();
    x = x.reshape(-1, 320);
    x = fc1.apply(x).relu();
    x = fc1Drop.apply(x);
    x = fc2.apply(x);
    return x.logSoftmax(1);
  }
}
