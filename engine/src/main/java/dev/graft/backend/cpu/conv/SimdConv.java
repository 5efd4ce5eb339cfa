package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvKernels;
import dev.graft.backend.ConvShape;
import dev.graft.backend.CopyKernels;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.Lines;
import dev.graft.backend.PackedMemory;
import dev.graft.backend.PreparedConv;
import dev.graft.backend.View;
import dev.graft.backend.cpu.BufferPool;
import dev.graft.backend.cpu.cold.Warming;
import dev.graft.backend.cpu.gemm.Gemm;
import dev.graft.backend.cpu.gemm.PackedB;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Convolution as implicit matrix products on channels-last data: packing reads the image by taps
 * (after XNNPACK's indirect convolution; Dukhan, 2019), the product is {@link Gemm}'s.
 */
public final class SimdConv implements ConvKernels {
  private final BufferPool pool;
  private final CopyKernels copies;

  /** What convolutions run by besides products, in the order of its worth. */
  public static List<Warming> warmings() {
    List<Warming> all = new ArrayList<>(ConvChoice.warmings());
    all.add(TapPacker.warming());
    return all;
  }

  public SimdConv(BufferPool pool, CopyKernels copies) {
    this.pool = pool;
    this.copies = copies;
  }

  @Override
  public void conv2d(ConvShape s, View x, View weight, View bias, View out) {
    View input = channelsLast(x);
    if (ConvChoice.narrow(s)) {
      WeightPanels panels = WeightPanels.forward(s, weight, Taps.forward(s), 0);
      NarrowConv.run(pool, s, panels, input, bias, out);
      release(input, x);
      return;
    }
    WinogradTile form = ConvChoice.winograd(s, true);
    if (form != null) {
      runWinograd(s, form, WinogradKernels.forward(weight, null), bias, input, null, out);
      release(input, x);
      return;
    }
    Taps taps = Taps.forward(s);
    int outputs = s.outChannelsPerGroup();
    int k = taps.count() * s.inChannelsPerGroup();
    float[] packed = pool.take(PackedB.arrayLength(k, outputs));
    for (int g = 0; g < s.groups(); g++) {
      int firstOut = g * outputs;
      PackedB b = WeightPanels.forward(s, weight, taps, g).pack(outputs, packed);
      int to = out.offset() + firstOut;
      Gemm.run(
          s.n() * s.outH() * s.outW(),
          TapPacker.forward(s, input, g, taps),
          b,
          bias == null ? null : bias.array(),
          bias == null ? 0 : bias.offset() + firstOut,
          false,
          out.array(),
          row -> to + row * s.outChannels());
    }
    pool.give(packed);
    release(input, x);
  }

  @Override
  public PreparedConv prepare(ConvShape s, View weight, View bias, boolean residual, boolean relu) {
    return prepare(s, weight, null, bias, residual, relu, new PackedMemory(packedRoom(s)));
  }

  @Override
  public long packedRoom(ConvShape s) {
    WinogradTile form = ConvChoice.winograd(s, false);
    return form == null ? ImplicitGemm.room(s) : Winograd.room(s, form);
  }

  @Override
  public PreparedConv prepare(
      ConvShape s,
      View weight,
      double[] scale,
      View bias,
      boolean residual,
      boolean relu,
      PackedMemory memory) {
    WinogradTile form = ConvChoice.winograd(s, false);
    return form == null
        ? new ImplicitGemm(s, weight, scale, bias, relu, memory)
        : Winograd.of(s, form, weight, scale, bias, relu, memory);
  }

  @Override
  public void convTranspose2d(ConvShape s, View x, View weight, View bias, View out) {
    ConvShape turned = turned(s);
    if (turned != null && ConvChoice.narrow(turned)) {
      View input = channelsLast(x);
      WeightPanels panels = WeightPanels.backward(s, weight, Taps.backward(s, 0, 0), 0);
      NarrowConv.run(pool, turned, panels, input, bias, out);
      release(input, x);
    } else {
      transposed(s, turned, x, weight, bias, false, out);
    }
  }

  @Override
  public void addConv2dInputGrad(ConvShape s, View gradOut, View weight, View gradX) {
    ConvShape turned = turned(s);
    if (turned != null && ConvChoice.narrow(turned)) {
      ConvKernels.super.addConv2dInputGrad(s, gradOut, weight, gradX);
    } else {
      transposed(s, turned, gradOut, weight, null, true, gradX);
    }
  }

  /**
   * @param turned as {@link #turned} gives it
   * @param add whether the result is added to what out holds
   */
  private void transposed(
      ConvShape s, ConvShape turned, View x, View weight, View bias, boolean add, View out) {
    View input = channelsLast(x);
    WinogradTile form = turned == null ? null : ConvChoice.winograd(turned, true);
    if (form != null) {
      WinogradKernels kernels = WinogradKernels.backward(weight);
      runWinograd(turned, form, kernels, bias, input, add ? out : null, out);
      release(input, x);
      return;
    }
    for (int phaseY = 0; phaseY < Math.min(s.strideH(), s.height()); phaseY++) {
      for (int phaseX = 0; phaseX < Math.min(s.strideW(), s.width()); phaseX++) {
        for (int g = 0; g < s.groups(); g++) {
          transposedPhase(s, input, weight, bias, add, out, phaseY, phaseX, g);
        }
      }
    }
    release(input, x);
  }

  /**
   * The convolution that gives the input's gradient of one of stride 1; null where there is none.
   */
  private static ConvShape turned(ConvShape s) {
    int padH = s.dilationH() * (s.kernelH() - 1) - s.padH();
    int padW = s.dilationW() * (s.kernelW() - 1) - s.padW();
    if (s.strideH() != 1 || s.strideW() != 1 || padH < 0 || padW < 0) {
      return null;
    }
    return new ConvShape(
        s.n(),
        s.outChannels(),
        s.outH(),
        s.outW(),
        s.inChannels(),
        s.kernelH(),
        s.kernelW(),
        1,
        1,
        padH,
        padW,
        s.dilationH(),
        s.dilationW(),
        s.groups());
  }

  private void runWinograd(
      ConvShape s,
      WinogradTile form,
      WinogradKernels kernels,
      View bias,
      View x,
      View residual,
      View out) {
    boolean fresh = WinogradWeights.leftFresh(s, form);
    int room = fresh ? 0 : WinogradWeights.length(form, kernels.inner(), kernels.outer());
    float[] data = pool.take(fresh ? 0 : Lines.longArray(room));
    WinogradWeights weights =
        fresh
            ? WinogradWeights.fresh(form, kernels)
            : WinogradWeights.packed(form, kernels, data, Lines.FIRST);
    int length = WinogradRun.scratch(s, form, !fresh);
    float[] scratch = pool.take(length);
    View used = new View(new HostBuffer(scratch, null), Layout.rowMajor(Shape.of(length)));
    new WinogradRun(s, form, weights, bias, false, x, residual, out, used).run();
    pool.give(scratch);
    pool.give(data);
  }

  private void transposedPhase(
      ConvShape s,
      View input,
      View weight,
      View bias,
      boolean add,
      View out,
      int phaseY,
      int phaseX,
      int g) {
    Taps taps = Taps.backward(s, phaseY, phaseX);
    if (add && taps.count() == 0) {
      return;
    }
    int rowsH = (s.height() - phaseY + s.strideH() - 1) / s.strideH();
    int rowsW = (s.width() - phaseX + s.strideW() - 1) / s.strideW();
    int channels = s.inChannelsPerGroup();
    int outputs = s.outChannelsPerGroup();
    int k = taps.count() * outputs;
    float[] packed = pool.take(PackedB.arrayLength(k, channels));
    PackedB b = WeightPanels.backward(s, weight, taps, g).pack(channels, packed);
    TapPacker rows =
        new TapPacker(
            input.array(),
            input.offset() + g * outputs,
            s.outH(),
            s.outW(),
            s.outChannels(),
            outputs,
            rowsH,
            rowsW,
            taps);
    int to = out.offset() + g * channels;
    Gemm.run(
        s.n() * rowsH * rowsW,
        rows,
        b,
        bias == null ? null : bias.array(),
        bias == null ? 0 : bias.offset() + g * channels,
        add,
        out.array(),
        row -> {
          int image = row / (rowsH * rowsW);
          int inImage = row - image * rowsH * rowsW;
          int y = phaseY + inImage / rowsW * s.strideH();
          int x = phaseX + inImage % rowsW * s.strideW();
          return to + ((image * s.height() + y) * s.width() + x) * s.inChannels();
        });
    pool.give(packed);
  }

  @Override
  public void conv2dWeightGrad(ConvShape s, View x, View gradOut, View gradWeight) {
    if (gradOut.numel() == 0) {
      copies.fill(gradWeight, 0);
      return;
    }
    View input = channelsLast(x);
    View grad = channelsLast(gradOut);
    if (ConvChoice.winogradWeightGradient(s)) {
      WinogradWeightGradient.run(pool, s, input, grad, gradWeight);
    } else {
      DirectWeightGradient.run(pool, s, input, grad, gradWeight);
    }
    release(input, x);
    release(grad, gradOut);
  }

  /** The view itself if it lies n, h, w, c, else a pooled copy that does. */
  private View channelsLast(View x) {
    if (x.layout().isChannelsLast()) {
      return x;
    }
    float[] copy = pool.take(x.numel());
    View target =
        new View(new HostBuffer(copy, x.buffer().backend()), Layout.channelsLast(x.shape()));
    copies.copy(x, target);
    return target;
  }

  private void release(View used, View original) {
    if (used != original) {
      pool.give(used.array());
    }
  }
}
