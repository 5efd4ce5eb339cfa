package dev.graft.plan;

import dev.graft.backend.ConvKernels;
import dev.graft.backend.ConvShape;
import dev.graft.backend.PreparedConv;
import dev.graft.backend.View;
import dev.graft.op.Conv2d;
import dev.graft.op.Linear;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.List;

/** The steps whose weights are packed ahead: convolutions and linear layers. */
final class ProductSteps {
  /** With fewer rows a linear layer reads its weights once, where they lie. */
  private static final int FEW_ROWS = 4;

  private final Lowering plan;

  ProductSteps(Lowering plan) {
    this.plan = plan;
  }

  /** False for a call that is no such product. */
  boolean add(Graph.Call call) {
    if (!Fusion.hasConstants(call, 1)) {
      return false;
    }
    if (call.op() instanceof Conv2d conv) {
      convolution(call, conv.shape(call.input(0).shape(), call.input(1).shape()));
      return true;
    }
    if (call.op() instanceof Linear) {
      linear(call);
      return true;
    }
    return false;
  }

  private static View constant(Graph.Call call, int i) {
    return i < call.arity() ? ((Graph.Constant) call.input(i)).tensor().dense().view() : null;
  }

  private void convolution(Graph.Call call, ConvShape shape) {
    Place x = plan.ordered(call.input(0), true);
    Graph.Value added = call.residual();
    Place residual = added == null ? null : plan.ordered(added, true);
    plan.consume(call);
    Layout layout = Layout.channelsLast(call.shape());
    boolean over =
        residual != null
            && residual.slot() != x.slot()
            && plan.mayOverwrite(residual, layout, List.of());
    Place out = over ? residual : Place.in(plan.newSlot(call.shape().numel()), layout);
    Graph.Constant weight = (Graph.Constant) call.input(1);
    prepared(
        call, shape, plan.weights().values(weight.unscaled()), weight.scale(), x, residual, out);
    plan.settle(call, out);
  }

  private void prepared(
      Graph.Call call,
      ConvShape shape,
      View weight,
      double[] scale,
      Place x,
      Place residual,
      Place out) {
    boolean relu = call.epilogue().relu();
    PreparedConv conv =
        plan.backend()
            .conv()
            .prepare(
                shape, weight, scale, constant(call, 2), residual != null, relu, plan.memory());
    Place scratch =
        Place.in(plan.newSlot(conv.scratch()), Layout.rowMajor(Shape.of(conv.scratch())));
    for (Place place : residual == null ? List.of(x, out) : List.of(x, out, residual)) {
      place.touch(plan.nextStep());
    }
    long moved = Float.BYTES * ((long) call.input(0).shape().numel() + call.shape().numel());
    plan.add(
        new Step(
            StepMaker.name(call),
            call.path(),
            call.shape(),
            conv.algorithm(),
            call.multiplyAdds(),
            conv.weightBytes()
                + moved
                + (residual == null ? 0 : (long) Float.BYTES * call.shape().numel()),
            (arena, kernels) ->
                conv.bind(
                    x.in(arena),
                    residual == null ? null : residual.in(arena),
                    out.in(arena),
                    scratch.in(arena))));
  }

  private void linear(Graph.Call call) {
    Place x = plan.ordered(call.input(0), false);
    plan.consume(call);
    Shape weight = call.input(1).shape();
    int in = weight.dim(1);
    int outputs = weight.dim(0);
    int rows = call.shape().numel() / outputs;
    Place out = Place.in(plan.newSlot(call.shape().numel()), Layout.rowMajor(call.shape()));
    if (rows <= FEW_ROWS) {
      fewRows(call, x, rows, in, outputs, out);
    } else {
      Graph.Constant constant = (Graph.Constant) call.input(1);
      View kernel = plan.weights().values(constant.unscaled().contiguous());
      prepared(
          call,
          asConv(in, rows, outputs),
          kernel.with(kernel.layout().reshape(Shape.of(outputs, in, 1, 1))),
          constant.scale(),
          x.with(pixels(x.layout(), in, rows)),
          null,
          out.with(pixels(out.layout(), outputs, rows)));
    }
    plan.settle(call, out);
  }

  private static ConvShape asConv(int in, int rows, int outputs) {
    return new ConvShape(1, in, rows, 1, outputs, 1, 1, 1, 1, 0, 0, 1, 1, 1);
  }

  /** Floats that the packed weights of a call will take, where they are packed. */
  static long packedRoom(Graph.Call call, ConvKernels kernels) {
    if (!Fusion.hasConstants(call, 1)) {
      return 0;
    }
    if (call.op() instanceof Conv2d conv) {
      return kernels.packedRoom(conv.shape(call.input(0).shape(), call.input(1).shape()));
    }
    if (call.op() instanceof Linear) {
      Shape weight = call.input(1).shape();
      int rows = call.shape().numel() / weight.dim(0);
      return rows <= FEW_ROWS ? 0 : kernels.packedRoom(asConv(weight.dim(1), rows, weight.dim(0)));
    }
    return 0;
  }

  /** Rows as the pixels of one column of an image. */
  private static Layout pixels(Layout rows, int channels, int count) {
    return Layout.channelsLast(Shape.of(1, channels, count, 1)).at(rows.offset());
  }

  private void fewRows(Graph.Call call, Place x, int rows, int in, int outputs, Place out) {
    View weight = constant(call, 1);
    int[] strides = {0, weight.stride(1), weight.stride(0)};
    View transposed = weight.with(Layout.of(Shape.of(1, in, outputs), strides, weight.offset()));
    View bias = constant(call, 2);
    boolean relu = call.epilogue().relu();
    x.touch(plan.nextStep());
    plan.add(
        new Step(
            StepMaker.name(call),
            call.path(),
            call.shape(),
            "few rows",
            call.multiplyAdds(),
            StepMaker.bytes(call),
            (arena, kernels) ->
                kernels.matmul(
                    matrix(x, rows, in, arena),
                    transposed,
                    bias,
                    relu,
                    matrix(out, rows, outputs, arena))));
  }

  private static View matrix(Place place, int rows, int columns, View arena) {
    View view = place.in(arena);
    return view.with(Layout.rowMajor(Shape.of(1, rows, columns)).at(view.offset()));
  }
}
