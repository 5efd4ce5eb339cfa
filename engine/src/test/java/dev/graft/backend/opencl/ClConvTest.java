package dev.graft.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.backend.BinaryKind;
import dev.graft.backend.ConvShape;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.PreparedConv;
import dev.graft.backend.UnaryKind;
import dev.graft.backend.View;
import dev.graft.backend.cpu.KernelCases;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Forward and both gradients against the scalar reference, and prepared convolutions. */
class ClConvTest {
  private static ClBackend device;
  private static Backend mirror;

  @BeforeAll
  static void open() {
    device = TestDevice.backend();
    mirror = HostMirror.of(device);
  }

  /** Fields as in {@link ConvShape}: sizes, then stride, padding and dilation as (h, w), groups. */
  static Stream<ConvShape> shapes() {
    return Stream.of(
        new ConvShape(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(2, 3, 19, 17, 33, 7, 7, 2, 2, 3, 3, 1, 1, 1),
        new ConvShape(1, 16, 9, 9, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(2, 35, 9, 8, 34, 1, 1, 1, 1, 0, 0, 1, 1, 1),
        new ConvShape(2, 12, 9, 8, 17, 1, 1, 2, 2, 0, 0, 1, 1, 1),
        new ConvShape(1, 4, 11, 13, 6, 3, 2, 3, 2, 2, 0, 1, 1, 1),
        new ConvShape(1, 3, 13, 12, 5, 3, 3, 1, 2, 2, 1, 2, 3, 1),
        new ConvShape(1, 2, 12, 14, 3, 2, 3, 4, 5, 0, 1, 1, 1, 1),
        new ConvShape(1, 3, 2, 2, 4, 5, 5, 1, 1, 4, 4, 1, 1, 1),
        new ConvShape(1, 3, 2, 3, 4, 1, 1, 4, 4, 0, 0, 1, 1, 1),
        new ConvShape(2, 8, 6, 7, 12, 3, 3, 1, 1, 1, 1, 1, 1, 4),
        new ConvShape(2, 6, 9, 7, 6, 3, 3, 2, 1, 1, 1, 1, 1, 6),
        new ConvShape(1, 34, 5, 5, 66, 3, 3, 2, 2, 1, 1, 1, 1, 2),
        new ConvShape(2, 33, 7, 10, 37, 3, 3, 1, 1, 1, 1, 1, 1, 1),
        new ConvShape(1, 32, 11, 8, 40, 3, 3, 1, 1, 0, 2, 1, 1, 1));
  }

  private static double tolerance(ConvShape s) {
    return ClWinograd.accepts(s) ? 1e-4 : 2e-5;
  }

  private static View view(Backend b, Layout layout) {
    Rng rng = Rng.of(layout.numel() + 3);
    float[] values = new float[layout.offset() + 4 * layout.numel() + 5];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rng.nextGaussian();
    }
    return new View(b.wrap(values), layout);
  }

  private static Layout last(int... dims) {
    return Layout.channelsLast(Shape.of(dims)).at(3);
  }

  private static float[][] all(Backend b, ConvShape s, boolean planes) {
    int[] in = {s.n(), s.inChannels(), s.height(), s.width()};
    int[] result = {s.n(), s.outChannels(), s.outH(), s.outW()};
    Shape weights = Shape.of(s.outChannels(), s.inChannelsPerGroup(), s.kernelH(), s.kernelW());
    View x = view(b, planes ? Layout.rowMajor(Shape.of(in)).at(1) : last(in));
    View g = view(b, planes ? Layout.rowMajor(Shape.of(result)).at(2) : last(result));
    View w = view(b, planes ? Layout.channelsLast(weights) : Layout.rowMajor(weights).at(3));
    View bias = view(b, Layout.rowMajor(Shape.of(s.outChannels())).at(2));
    View out = view(b, last(result));
    View gradX = view(b, last(in));
    View gradW = view(b, Layout.rowMajor(weights).at(2));
    b.conv().conv2d(s, x, w, planes ? null : bias, out);
    b.conv().conv2dInputGrad(s, g, w, gradX);
    b.conv().conv2dWeightGrad(s, x, g, gradW);
    return new float[][] {out.array(), gradX.array(), gradW.array()};
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void agreesWithTheReference(ConvShape s) {
    for (boolean planes : new boolean[] {false, true}) {
      float[][] expected = all(Backends.scalar(), s, planes);
      float[][] actual = all(mirror, s, planes);
      for (int k = 0; k < expected.length; k++) {
        String what = s + (planes ? ", planes" : "") + ", product " + k;
        KernelCases.compare(what, tolerance(s), expected[k], actual[k]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void preparedAgreesWithItsParts(ConvShape s) {
    Shape result = Shape.of(s.n(), s.outChannels(), s.outH(), s.outW());
    Layout in = last(s.n(), s.inChannels(), s.height(), s.width());
    Layout weights =
        Layout.rowMajor(
            Shape.of(s.outChannels(), s.inChannelsPerGroup(), s.kernelH(), s.kernelW()));
    Layout perChannel = Layout.rowMajor(Shape.of(s.outChannels()));
    Layout residual = Layout.channelsLast(result);
    Backend host = Backends.scalar();
    View expected = view(host, residual);
    View added = view(host, residual);
    host.conv().conv2d(s, view(host, in), view(host, weights), view(host, perChannel), expected);
    host.elementwise().binary(BinaryKind.ADD, expected, added, expected);
    host.elementwise().unary(UnaryKind.RELU, 0, 0, expected, expected);

    View out = sent(view(host, residual));
    PreparedConv prepared =
        device
            .conv()
            .prepare(s, sent(view(host, weights)), sent(view(host, perChannel)), true, true);
    Runnable run = prepared.bind(sent(view(host, in)), sent(added), out, null);
    run.run();
    run.run();
    float[] actual = new float[result.numel()];
    out.buffer().read(0, actual, 0, actual.length);
    float[] wanted = new float[result.numel()];
    System.arraycopy(expected.array(), 0, wanted, 0, wanted.length);
    KernelCases.compare(prepared.algorithm(), tolerance(s), wanted, actual);
    assertEquals(0, prepared.scratch());
  }

  private static View sent(View host) {
    return new View(device.wrap(((HostBuffer) host.buffer()).array()), host.layout());
  }
}
