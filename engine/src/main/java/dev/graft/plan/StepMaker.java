package dev.graft.plan;

import dev.graft.backend.Backend;
import dev.graft.backend.BoundKernels;
import dev.graft.backend.View;
import dev.graft.op.AdaptiveAvgPool2d;
import dev.graft.op.AvgPool2d;
import dev.graft.op.BatchNorm;
import dev.graft.op.Binary;
import dev.graft.op.Expand;
import dev.graft.op.MaxPool2d;
import dev.graft.op.Op;
import dev.graft.op.Pad;
import dev.graft.op.Permute;
import dev.graft.op.Reshape;
import dev.graft.op.Slice;
import dev.graft.op.Softmax;
import dev.graft.op.Sum;
import dev.graft.op.Unary;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;

/**
 * The step of each operation: bound kernels for what networks consist of, views without any step,
 * and for all else the operation itself.
 */
final class StepMaker {
  private final Lowering plan;
  private final ProductSteps products;

  StepMaker(Lowering plan) {
    this.plan = plan;
    this.products = new ProductSteps(plan);
  }

  void add(Graph.Call call) {
    boolean empty =
        Stream.concat(Stream.of(call), call.inputs().stream())
            .anyMatch(v -> v.shape().numel() == 0);
    if (empty) {
      general(call);
      return;
    }
    switch (call.op()) {
      case Reshape reshape -> reshape(call, reshape.target());
      case Permute permute -> view(call, permuted(call, permute));
      case Slice s -> view(call, layout(call).slice(s.dim(), s.start(), s.end(), s.step()));
      case Expand expand -> view(call, layout(call).expand(expand.target()));
      case Pad pad -> pad(call, pad);
      case Unary unary -> unary(call, unary);
      case Binary binary -> binary(call, binary);
      case Softmax softmax -> softmax(call, softmax);
      case MaxPool2d pool -> {
        var shape = pool.params().shape(pool.name(), call.input(0).shape());
        pool(call, (kernels, x, out) -> kernels.maxPool2d(shape, x, out));
      }
      case AvgPool2d pool -> {
        var shape = pool.params().shape(pool.name(), call.input(0).shape());
        pool(call, (kernels, x, out) -> kernels.avgPool2d(shape, x, out));
      }
      case AdaptiveAvgPool2d _ -> pool(call, BoundKernels::adaptiveAvgPool2d);
      case Sum sum when isGlobalAverage(call, sum) -> globalAverage(call);
      case BatchNorm norm when Fusion.hasConstants(call, 1) -> normalize(call, norm);
      default -> {
        if (!products.add(call)) {
          general(call);
        }
      }
    }
  }

  /** The name with what is fused: {@code add + relu}. */
  static String name(Graph.Call call) {
    return call.op().name()
        + (call.epilogue().residual() ? " + residual" : "")
        + (call.epilogue().relu() ? " + relu" : "");
  }

  /** The bytes of a call's operands, constants but for weights included, and of its result. */
  static long bytes(Graph.Call call) {
    long floats = call.shape().numel();
    for (Graph.Value value : call.inputs()) {
      floats += value.shape().numel();
    }
    return floats * Float.BYTES;
  }

  private void add(Graph.Call call, String algorithm, Place out, Step.Binder binder) {
    out.touch(plan.nextStep());
    plan.add(
        new Step(
            name(call),
            call.path(),
            call.shape(),
            algorithm,
            call.multiplyAdds(),
            bytes(call),
            binder));
  }

  // ---- views

  private Layout layout(Graph.Call call) {
    return plan.place(call.input(0)).layout();
  }

  private Layout permuted(Graph.Call call, Permute permute) {
    Shape x = call.input(0).shape();
    return layout(call).permute(permute.order().stream().mapToInt(axis -> x.axis(axis)).toArray());
  }

  private void view(Graph.Call call, Layout layout) {
    plan.consume(call);
    plan.alias(call, plan.place(call.input(0)).with(layout));
  }

  private void reshape(Graph.Call call, Shape target) {
    Place x = plan.place(call.input(0));
    if (x.layout().reshape(target) == null) {
      x = plan.ordered(x, false);
    }
    plan.consume(call);
    plan.alias(call, x.with(x.layout().reshape(target)));
  }

  // ---- elementwise

  /** An operand in one of the two dense orders; one that is in neither becomes row-major. */
  private Place dense(Graph.Value value) {
    Place place = plan.place(value);
    boolean dense = place.layout().isRowMajor() || place.layout().isChannelsLast();
    return dense ? place : plan.ordered(place, false);
  }

  private void unary(Graph.Call call, Unary unary) {
    Place x = dense(call.input(0));
    plan.consume(call);
    Place out = result(call, Layout.dense(call.shape(), x.layout()), x, List.of());
    x.touch(plan.nextStep());
    add(
        call,
        out.slot() == x.slot() ? "in place" : "elementwise",
        out,
        (arena, kernels) ->
            kernels.unary(unary.kind(), unary.p(), unary.q(), x.in(arena), out.in(arena)));
    plan.settle(call, out);
  }

  /** Over the operand where that may be, else in a new slot. */
  private Place result(Graph.Call call, Layout layout, Place operand, List<Place> others) {
    return plan.mayOverwrite(operand, layout, others)
        ? operand
        : Place.in(plan.newSlot(call.shape().numel()), layout);
  }

  private void binary(Graph.Call call, Binary binary) {
    Shape shape = call.shape();
    Place a = plan.place(call.input(0));
    Place b = plan.place(call.input(1));
    boolean useA = a.layout().shape().equals(shape) && a.layout().isDense();
    boolean useB = b.layout().shape().equals(shape) && b.layout().isDense();
    Layout like = useA ? a.layout() : useB ? b.layout() : Layout.rowMajor(shape);
    Layout order = Layout.dense(shape, like);
    plan.consume(call);
    Place out = plan.mayOverwrite(a, order, List.of(b)) ? a : result(call, order, b, List.of(a));
    a.touch(plan.nextStep());
    b.touch(plan.nextStep());
    boolean relu = call.epilogue().relu();
    add(
        call,
        out.slot() == a.slot() || out.slot() == b.slot() ? "in place" : "elementwise",
        out,
        (arena, kernels) ->
            kernels.binary(
                binary.kind(),
                expanded(a.in(arena), shape),
                expanded(b.in(arena), shape),
                relu,
                out.in(arena)));
    plan.settle(call, out);
  }

  private static View expanded(View x, Shape shape) {
    return x.shape().equals(shape) ? x : x.with(x.layout().expand(shape));
  }

  private void normalize(Graph.Call call, BatchNorm norm) {
    Place x = dense(call.input(0));
    plan.consume(call);
    Place out = result(call, Layout.dense(call.shape(), x.layout()), x, List.of());
    x.touch(plan.nextStep());
    View[] values = new View[5];
    for (int i = 1; i < 5; i++) {
      values[i] = ((Graph.Constant) call.input(i)).tensor().dense().view();
    }
    View invStd = invStd(values[4], norm.eps(), plan.backend());
    boolean relu = call.epilogue().relu();
    add(
        call,
        out.slot() == x.slot() ? "by channel, in place" : "by channel",
        out,
        (arena, kernels) ->
            kernels.normalize(
                x.in(arena), values[3], invStd, values[1], values[2], relu, out.in(arena)));
    plan.settle(call, out);
  }

  private static View invStd(View variance, float eps, Backend backend) {
    float[] v = Tensor.of(variance).toArray();
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) (1 / Math.sqrt((double) v[i] + eps));
    }
    return new View(backend.wrap(v), Layout.rowMajor(variance.shape()));
  }

  // ---- windows and rows

  @FunctionalInterface
  private interface Pooling {
    Runnable bind(BoundKernels kernels, View x, View out);
  }

  private void pool(Graph.Call call, Pooling pooling) {
    Place x = plan.ordered(call.input(0), true);
    plan.consume(call);
    Layout layout = Layout.channelsLast(call.shape());
    Place out = Place.in(plan.newSlot(call.shape().numel()), layout);
    x.touch(plan.nextStep());
    add(
        call,
        "channels last",
        out,
        (arena, kernels) -> pooling.bind(kernels, x.in(arena), out.in(arena)));
    plan.settle(call, out);
  }

  private static boolean isGlobalAverage(Graph.Call call, Sum sum) {
    Shape x = call.input(0).shape();
    return sum.mean()
        && x.rank() == 4
        && sum.dims().size() == 2
        && sum.dims().stream().map(x::axis).sorted().toList().equals(List.of(2, 3));
  }

  private void globalAverage(Graph.Call call) {
    Place x = plan.ordered(call.input(0), true);
    plan.consume(call);
    Shape pooled = Shape.of(x.layout().dim(0), x.layout().dim(1), 1, 1);
    Place out = Place.in(plan.newSlot(pooled.numel()), Layout.channelsLast(pooled));
    x.touch(plan.nextStep());
    add(
        call,
        "channels last",
        out,
        (arena, kernels) -> kernels.adaptiveAvgPool2d(x.in(arena), out.in(arena)));
    plan.settle(call, out.with(Layout.rowMajor(call.shape())));
  }

  private void softmax(Graph.Call call, Softmax softmax) {
    Place x = plan.ordered(call.input(0), false);
    plan.consume(call);
    Place out = Place.in(plan.newSlot(call.shape().numel()), Layout.rowMajor(call.shape()));
    x.touch(plan.nextStep());
    int dim = call.shape().axis(softmax.dim());
    add(
        call,
        "rows",
        out,
        (arena, kernels) -> kernels.softmax(x.in(arena), dim, softmax.log(), out.in(arena)));
    plan.settle(call, out);
  }

  private void pad(Graph.Call call, Pad pad) {
    Place x = plan.place(call.input(0));
    plan.consume(call);
    Layout layout = Layout.dense(call.shape(), x.layout());
    Place out = Place.in(plan.newSlot(call.shape().numel()), layout);
    x.touch(plan.nextStep());
    Shape inner = call.input(0).shape();
    add(
        call,
        "fill and copy",
        out,
        (arena, kernels) -> {
          View all = out.in(arena);
          Runnable fill = kernels.fill(all, pad.value());
          Runnable copy = kernels.copy(x.in(arena), all.with(pad.inside(all.layout(), inner)));
          return () -> {
            fill.run();
            copy.run();
          };
        });
    plan.settle(call, out);
  }

  // ---- anything

  /** The operation itself, as the tape would run it; it may allocate. */
  private void general(Graph.Call call) {
    List<Place> inputs = call.inputs().stream().map(plan::place).toList();
    boolean images =
        call.shape().rank() == 4
            && inputs.stream().anyMatch(p -> p.slot() != null && isImages(p.layout()));
    Op op = call.op();
    int arity = call.arity();
    Graph.Epilogue epilogue = call.epilogue();
    plan.consume(call);
    Layout layout = images ? Layout.channelsLast(call.shape()) : Layout.rowMajor(call.shape());
    Place out = Place.in(plan.newSlot(call.shape().numel()), layout);
    inputs.forEach(p -> p.touch(plan.nextStep()));
    add(
        call,
        "operation",
        out,
        (arena, kernels) ->
            new GeneralRun(op, arity, epilogue, views(inputs, arena), out.in(arena)));
    plan.settle(call, out);
  }

  private static boolean isImages(Layout layout) {
    return layout.isChannelsLast() && !layout.isRowMajor();
  }

  private static List<View> views(List<Place> places, View arena) {
    return places.stream().map(place -> place.in(arena)).toList();
  }
}
