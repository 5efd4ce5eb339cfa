package dev.graft.plan;

import dev.graft.backend.Backend;
import dev.graft.backend.ConvKernels;
import dev.graft.backend.PackedMemory;
import dev.graft.op.AdaptiveAvgPool2d;
import dev.graft.op.AvgPool2d;
import dev.graft.op.BatchNorm;
import dev.graft.op.Conv2d;
import dev.graft.op.MaxPool2d;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the steps of a rewritten graph and says where each value lies. Images lie channels last
 * from the first convolution on, all else row-major; where an operation needs another order than
 * its operand has, the conversion is a step of its own.
 */
final class Lowering {
  /** Slots of constants and of converted copies, which are not to be overwritten. */
  private static final int NEVER = 1 << 30;

  private final Graph graph;
  private final List<Step> steps = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();
  private final Map<Graph.Value, Place> places = new IdentityHashMap<>();
  private final Map<Graph.Value, Integer> reads = new IdentityHashMap<>();
  private final Map<Slot, Integer> pending = new IdentityHashMap<>();
  private final Map<Place, Map<Boolean, Place>> converted = new HashMap<>();
  private final PackedMemory memory;
  private final DeferredWeights weights;
  private Place input;

  private Lowering(Graph graph) {
    this.graph = graph;
    reads.putAll(graph.uses());
    memory = new PackedMemory(packedRooms(graph));
    weights = new DeferredWeights(graph);
  }

  private static long[] packedRooms(Graph graph) {
    ConvKernels kernels = graph.backend().conv();
    return graph.calls().stream()
        .filter(call -> call.shape().numel() > 0)
        .mapToLong(call -> ProductSteps.packedRoom(call, kernels))
        .toArray();
  }

  /** The values of weights that are to be packed. */
  DeferredWeights weights() {
    return weights;
  }

  /** Where packed weights lie. */
  PackedMemory memory() {
    return memory;
  }

  /** What an {@link InferencePlan} is made of. */
  record Result(List<Step> steps, Place input, Place output, int arena) {}

  static Result of(Graph graph) {
    return new Lowering(graph).run();
  }

  private Result run() {
    input = Place.in(newSlot(graph.input().shape().numel()), inputLayout());
    settle(graph.input(), input);
    StepMaker maker = new StepMaker(this);
    for (Graph.Call call : graph.calls()) {
      maker.add(call);
    }
    Place output = place(graph.output());
    output.touch(steps.size());
    return new Result(List.copyOf(steps), input, output, MemoryPlan.place(slots));
  }

  private Layout inputLayout() {
    boolean images =
        graph.calls().stream()
            .anyMatch(call ->
                call.inputs().contains(graph.input())
                    && (call.op() instanceof Conv2d
                        || call.op() instanceof BatchNorm
                        || call.op() instanceof MaxPool2d
                        || call.op() instanceof AvgPool2d
                        || call.op() instanceof AdaptiveAvgPool2d));
    Shape shape = graph.input().shape();
    return images ? Layout.channelsLast(shape) : Layout.rowMajor(shape);
  }

  Backend backend() {
    return graph.backend();
  }

  /** A new slot, written by the step that comes next. */
  Slot newSlot(int size) {
    Slot slot = new Slot(size, steps.size());
    slots.add(slot);
    return slot;
  }

  /** Where a value lies, as the step that comes next reads it. */
  Place place(Graph.Value value) {
    return value instanceof Graph.Constant constant
        ? Place.of(constant.tensor().view())
        : places.get(value);
  }

  /** A value dense and in a given order; converted by a step, once, where it is not. */
  Place ordered(Graph.Value value, boolean channelsLast) {
    return ordered(place(value), channelsLast);
  }

  Place ordered(Place place, boolean channelsLast) {
    Layout layout = place.layout();
    if (channelsLast ? layout.isChannelsLast() : layout.isRowMajor()) {
      return place;
    }
    return converted
        .computeIfAbsent(place, p -> new HashMap<>())
        .computeIfAbsent(channelsLast, last -> convert(place, last));
  }

  private Place convert(Place from, boolean channelsLast) {
    Shape shape = from.layout().shape();
    Layout layout = channelsLast ? Layout.channelsLast(shape) : Layout.rowMajor(shape);
    Place to = Place.in(newSlot(shape.numel()), layout);
    pending.put(to.slot(), NEVER);
    String way =
        channelsLast
            ? "to channels last"
            : from.layout().isChannelsLast() ? "from channels last" : "to row-major";
    from.touch(steps.size());
    add(
        new Step(
            "layout",
            "",
            shape,
            way,
            0,
            2L * Float.BYTES * shape.numel(),
            (arena, kernels) -> kernels.copy(from.in(arena), to.in(arena))));
    return to;
  }

  /** Says where the result of the step just added lies; copies of what lay there are void. */
  void settle(Graph.Value value, Place place) {
    converted.keySet().removeIf(old -> old.slot() != null && old.slot() == place.slot());
    alias(value, place);
  }

  /** Says that a value is a view of what lies there already. */
  void alias(Graph.Value value, Place place) {
    places.put(value, place);
    if (place.slot() != null) {
      pending.merge(place.slot(), reads.getOrDefault(value, 0), Integer::sum);
    }
  }

  /** Counts a call's operands as read: what is left tells what may be overwritten. */
  void consume(Graph.Call call) {
    for (Graph.Value value : call.inputs()) {
      Place place = value instanceof Graph.Constant ? null : places.get(value);
      if (place != null && place.slot() != null) {
        pending.merge(place.slot(), -1, Integer::sum);
      }
    }
  }

  /**
   * Whether the result may be written over this operand of the call just consumed: it is the slot's
   * only content, nobody reads it later, and the call's other operands lie elsewhere.
   */
  boolean mayOverwrite(Place operand, Layout result, List<Place> others) {
    return operand.slot() != null
        && pending.getOrDefault(operand.slot(), NEVER) == 0
        && operand.layout().isDense()
        && operand.layout().sameOrder(result)
        && others.stream().noneMatch(other -> overlaps(other, operand));
  }

  private static boolean overlaps(Place other, Place operand) {
    return other.slot() == operand.slot() && !other.layout().equals(operand.layout());
  }

  void add(Step step) {
    steps.add(step);
  }

  int nextStep() {
    return steps.size();
  }
}
