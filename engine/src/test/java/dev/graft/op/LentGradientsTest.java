package dev.graft.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.graft.tensor.Autograd;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Gradients that operations write in place of others, or add to them, are those that they give
 * where nothing is lent: in anomaly mode, which looks at every gradient as it was.
 */
class LentGradientsTest {
  private static final int CHANNELS = 16;

  /**
   * Values that several consumers share, in all the ways in which buffers of gradients can meet.
   */
  private enum Graph {
    CHAIN(n -> n.normRelu(n.normRelu(n.conv(n.x, 1, 1), null), null)),
    RESIDUAL_BLOCK(n -> n.block(n.normRelu(n.conv(n.x, 1, 1), null), 1)),
    WINOGRAD_BLOCK(n -> n.block(n.normRelu(n.conv(n.x, 3, 1), null), 3)),
    TWO_BLOCKS(n -> n.block(n.block(n.conv(n.x, 1, 1).relu(), 3), 1)),
    STRIDED_SHORTCUT(n -> {
      Tensor y = n.normRelu(n.conv(n.x, 3, 1), null);
      return n.normRelu(n.conv(y, 3, 2), n.conv(y, 1, 2));
    }),
    GRADIENT_OF_A_SUM_IS_SHARED(n -> {
      Tensor a = n.normRelu(n.conv(n.x, 1, 1), null);
      Tensor b = n.normRelu(n.conv(n.x, 3, 1), a);
      return a.add(b);
    }),
    GRADIENT_IS_READ_WHILE_ADDED_TO(n -> {
      Tensor y = n.normRelu(n.conv(n.x, 1, 1), null);
      return n.conv(y, 1, 1).add(y);
    }),
    ITSELF_AS_RESIDUAL(n -> {
      Tensor y = n.conv(n.x, 1, 1);
      return n.normRelu(y, y);
    }),
    SUMMED_AND_RESHAPED(n -> {
      Tensor y = n.normRelu(n.conv(n.x, 1, 1), null);
      Tensor z = n.conv(y, 1, 1);
      return n.normRelu(z, y.reshape(y.shape().toArray())).add(y.mul(3));
    }),
    THREE_CONVOLUTIONS_OF_ONE(n -> {
      Tensor y = n.conv(n.x, 1, 1).relu();
      return n.conv(y, 1, 1).add(n.conv(y, 3, 1)).add(n.conv(y, 3, 1));
    });

    private final Maker make;

    Graph(Maker make) {
      this.make = make;
    }
  }

  private interface Maker {
    Tensor apply(Net net);
  }

  /** Fresh leaves, the same for a seed, in the order in which a graph asks for them. */
  private static final class Net {
    private final Rng rng = Rng.of(5);
    private final List<Tensor> leaves = new ArrayList<>();
    private final Tensor x = leaf(3, CHANNELS, 9, 8);

    private Tensor leaf(int... dims) {
      Tensor t = Tensor.randn(rng, dims);
      if (dims.length == 4) {
        t = t.copy(Layout.channelsLast(Shape.of(dims)));
      }
      leaves.add(t.requireGrad(true));
      return t;
    }

    Tensor conv(Tensor in, int kernel, int stride) {
      Tensor weight = leaf(CHANNELS, CHANNELS, kernel, kernel);
      return Functional.conv2d(
          in, weight, null, ConvParams.DEFAULT.withStride(stride).withPadding(kernel / 2));
    }

    Tensor normRelu(Tensor in, Tensor residual) {
      Tensor mean = Tensor.zeros(CHANNELS);
      Tensor var = Tensor.ones(CHANNELS);
      return Functional.batchNormRelu(
          in, leaf(CHANNELS), leaf(CHANNELS), mean, var, residual, 0.1f, 1e-5f);
    }

    Tensor block(Tensor in, int kernel) {
      return normRelu(conv(normRelu(conv(in, kernel, 1), null), kernel, 1), in);
    }
  }

  @ParameterizedTest
  @EnumSource(Graph.class)
  void areTheSameAsWithoutLending(Graph graph) {
    List<Tensor> lent = gradients(graph);
    List<Tensor> plain = Autograd.detectAnomaly(() -> gradients(graph));
    for (int i = 0; i < lent.size(); i++) {
      assertArrayEquals(plain.get(i).toArray(), lent.get(i).toArray(), 2e-4f, "leaf " + i);
    }
  }

  private static List<Tensor> gradients(Graph graph) {
    Net net = new Net();
    // A convolution last: its input's gradient lies channels last, as what may be lent must.
    Tensor y = net.conv(graph.make.apply(net), 1, 1);
    y.mul(Tensor.randn(Rng.of(9), y.shape().toArray())).sum().backward();
    return net.leaves.stream().map(Tensor::grad).toList();
  }
}
