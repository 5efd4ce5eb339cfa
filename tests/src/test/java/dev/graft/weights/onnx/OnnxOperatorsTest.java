package dev.graft.weights.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.backend.BinaryKind;
import dev.graft.backend.UnaryKind;
import dev.graft.op.Binary;
import dev.graft.op.Node;
import dev.graft.op.Op;
import dev.graft.plan.Graph;
import dev.graft.plan.Tracer;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each operation by itself, as ONNX Runtime computes it; and what is said of those it has not. */
class OnnxOperatorsTest {
  private static final Set<UnaryKind> POSITIVE =
      Set.of(UnaryKind.SQRT, UnaryKind.LOG, UnaryKind.LOG1P, UnaryKind.RECIPROCAL, UnaryKind.POW);

  @ParameterizedTest
  @EnumSource
  void unary(UnaryKind kind) {
    float p = kind == UnaryKind.CLAMP || kind == UnaryKind.HARDTANH ? -0.5f : 1.5f;
    float q = kind == UnaryKind.SOFTPLUS ? 20 : 0.75f;
    boolean positive = POSITIVE.contains(kind);
    agree(x -> (positive ? x.abs().add(0.1f) : x).unary(kind, p, q), Shape.of(2, 3, 4, 5));
  }

  @ParameterizedTest
  @EnumSource
  void binary(BinaryKind kind) {
    Tensor other = Tensor.randn(Rng.of(8), 3, 1, 5).abs().add(0.1f);
    agree(x -> Node.apply(new Binary(kind), x, other), Shape.of(2, 3, 4, 5));
    agree(x -> Node.apply(new Binary(kind), x, x.neg().add(0.3f)), Shape.of(2, 3, 4, 5));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void others(OperatorRow row) {
    agree(row.forward(), row.input());
  }

  static Stream<OperatorRow> rows() {
    return OperatorRow.WRITTEN.stream();
  }

  /** With the batch of the trace, and with another one where the file leaves it open. */
  private static void agree(UnaryOperator<Tensor> forward, Shape shape) {
    check(forward, OnnxExport.of(forward, shape), shape);
    check(forward, OnnxExport.of(forward, shape).withDynamicBatch(), shape.with(0, 5));
  }

  private static void check(UnaryOperator<Tensor> forward, OnnxExport export, Shape shape) {
    Tensor x = Tensor.randn(Rng.of(9), shape.toArray());
    Tensor expected = Autograd.noGrad(() -> forward.apply(x));
    Tensor got = OnnxRunner.run(export.model().toBytes(), x);
    assertEquals(expected.shape(), got.shape());
    assertClose(expected, got, 1e-5f);
  }

  static void assertClose(Tensor expected, Tensor got, float tolerance) {
    float[] values = expected.toArray();
    float largest = 1e-3f;
    for (float v : values) {
      largest = Math.max(largest, Math.abs(v));
    }
    assertArrayEquals(values, got.toArray(), tolerance * largest);
  }

  /** So that a new operation is either written or refused on purpose; training has its own. */
  @Test
  void everyOperationHasARow() {
    Set<String> seen =
        new TreeSet<>(Set.of("Unary", "Binary", "Nll", "ElementLoss", "BatchNormRelu"));
    Stream.concat(OperatorRow.WRITTEN.stream(), OperatorRow.REFUSED.stream())
        .map(row -> Tracer.trace(row.forward(), row.input()))
        .flatMap(graph -> graph.calls().stream())
        .map(call -> call.op().getClass().getSimpleName())
        .forEach(seen::add);
    Set<String> all =
        Arrays.stream(Op.class.getPermittedSubclasses())
            .map(Class::getSimpleName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(all, seen);
  }

  @ParameterizedTest
  @MethodSource("refusedRows")
  void unknownOnesAreRefusedByName(OperatorRow row) {
    Graph graph = Tracer.trace(row.forward(), row.input());
    String name = graph.calls().getLast().op().name();
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> OnnxExport.of(row.forward(), row.input()).model())
            .getMessage();
    assertEquals(
        "onnx: "
            + name
            + ": cannot be written; leave it out of the exported pass, or express it by other"
            + " operations",
        message);
  }

  static Stream<OperatorRow> refusedRows() {
    return OperatorRow.REFUSED.stream();
  }

  @Test
  void openBatchesAreRefusedWhereTheBatchMatters() {
    refusesOpenBatch(
        x -> x.narrow(0, 1, x.dim(0) - 2),
        "onnx: slice: cuts at a place that goes with the batch; leave the batch fixed");
    refusesOpenBatch(
        x -> x.mean(0).expand(Shape.of(x.dim(0), 4)),
        "onnx: expand: repeats as often as the batch is large; leave the batch fixed");
    refusesOpenBatch(
        x -> x.dim(0) > 3 ? x.neg() : x,
        "onnx: forward does other operations for another batch; leave the batch fixed");
  }

  private static void refusesOpenBatch(UnaryOperator<Tensor> forward, String message) {
    OnnxExport export = OnnxExport.of(forward, Shape.of(3, 4));
    export.model();
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> export.withDynamicBatch().model())
            .getMessage());
  }

  @Test
  void outputsThatAreNotComputed() {
    Tensor constant = Tensor.arange(4);
    agree(x -> x, Shape.of(2, 3));
    assertEquals(
        constant.shape(),
        OnnxRunner.run(
                OnnxExport.of(x -> constant, Shape.of(2, 3)).model().toBytes(), Tensor.zeros(2, 3))
            .shape());
  }
}
