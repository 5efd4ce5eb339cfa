package dev.graft.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.backend.BinaryKind;
import dev.graft.backend.LossKind;
import dev.graft.backend.UnaryKind;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every op's values against its definition in double precision, and its gradients against central
 * differences of that definition.
 */
class GradientsTest {
  /** With third derivatives around 1, differences are good to 1e-10: far below float32. */
  private static final double H = 1e-5;

  private static final double FORWARD = 2e-5;
  private static final double GRADIENT = 1e-4;

  @TestFactory
  Stream<DynamicTest> everyRow() {
    return rows(Backends.cpu());
  }

  /** A test for each row, its inputs in both memory orders. */
  static Stream<DynamicTest> rows(Backend backend) {
    return GradientRows.all().stream().flatMap(row -> orders(row, backend));
  }

  private static Stream<DynamicTest> orders(GradientRow row, Backend backend) {
    DynamicTest rowMajor =
        DynamicTest.dynamicTest(row.toString(), () -> check(row, false, backend));
    if (row.op() instanceof Dropout d && !d.channels()) {
      return Stream.of(rowMajor); // the mask follows the memory order
    }
    return Stream.of(
        rowMajor, DynamicTest.dynamicTest(row + " transposed", () -> check(row, true, backend)));
  }

  @Test
  void everyOpHasARow() {
    Set<Class<?>> covered =
        GradientRows.all().stream().map(r -> r.op().getClass()).collect(Collectors.toSet());
    assertEquals(Set.of(Op.class.getPermittedSubclasses()), covered);
  }

  @Test
  void everyKindHasARow() {
    Set<UnaryKind> unary = EnumSet.noneOf(UnaryKind.class);
    Set<BinaryKind> binary = EnumSet.noneOf(BinaryKind.class);
    Set<LossKind> losses = EnumSet.noneOf(LossKind.class);
    for (GradientRow row : GradientRows.all()) {
      if (row.op() instanceof Unary u) {
        unary.add(u.kind());
      } else if (row.op() instanceof Binary b) {
        binary.add(b.kind());
      } else if (row.op() instanceof ElementLoss l) {
        losses.add(l.kind());
      }
    }
    assertEquals(EnumSet.allOf(UnaryKind.class), unary);
    assertEquals(EnumSet.allOf(BinaryKind.class), binary);
    assertEquals(EnumSet.allOf(LossKind.class), losses);
  }

  private static void check(GradientRow row, boolean transposed, Backend backend) {
    Rng rng = Rng.of(row.toString().hashCode());
    Doubles[] inputs = row.inputs(rng);
    Tensor[] leaves = new Tensor[inputs.length];
    for (int i = 0; i < leaves.length; i++) {
      leaves[i] =
          tensor(inputs[i], transposed, backend).requireGrad(i < leaves.length - row.fixed());
    }
    Doubles expected = row.definition().apply(inputs);
    Tensor out = Node.apply(row.op(), leaves);
    assertArrayEquals(expected.dims(), out.shape().toArray(), "shape");
    agree("value", expected.values(), out, FORWARD);
    Doubles direction = Doubles.build(expected.dims(), at -> (float) (2 * rng.nextDouble() - 1));
    out.backward(tensor(direction, transposed, backend));
    for (int i = 0; i < leaves.length - row.fixed(); i++) {
      agree(
          "gradient of input " + i,
          differences(row, inputs, i, direction),
          leaves[i].grad(),
          GRADIENT);
    }
  }

  /** As a tensor; transposed, its dimensions lie in memory in reverse order. */
  static Tensor tensor(Doubles x, boolean transposed) {
    return tensor(x, transposed, Backends.cpu());
  }

  private static Tensor tensor(Doubles x, boolean transposed, Backend backend) {
    int rank = x.dims().length;
    int[] reverse = new int[rank];
    for (int i = 0; i < rank; i++) {
      reverse[i] = rank - 1 - i;
    }
    Doubles memory = transposed ? x.permute(reverse) : x;
    float[] values = new float[x.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) memory.values()[i];
    }
    Tensor t = Tensor.of(values, memory.dims()).to(backend);
    return transposed ? t.permute(reverse) : t;
  }

  /** The derivative of the output's part along {@code direction} by each element of input i. */
  private static double[] differences(GradientRow row, Doubles[] inputs, int i, Doubles direction) {
    double[] x = inputs[i].values();
    double[] slopes = new double[x.length];
    for (int k = 0; k < x.length; k++) {
      double before = x[k];
      x[k] = before + H;
      double above = dot(row.definition().apply(inputs), direction);
      x[k] = before - H;
      double below = dot(row.definition().apply(inputs), direction);
      x[k] = before;
      slopes[k] = (above - below) / (2 * H);
    }
    return slopes;
  }

  private static double dot(Doubles a, Doubles b) {
    double sum = 0;
    for (int i = 0; i < a.values().length; i++) {
      sum += a.values()[i] * b.values()[i];
    }
    return sum;
  }

  /** No gradient at all counts as zeros: eq has none. */
  static void agree(String what, double[] expected, Tensor actual, double tolerance) {
    float[] values = actual == null ? new float[expected.length] : actual.toArray();
    assertEquals(expected.length, values.length, what);
    double scale = 1;
    for (double e : expected) {
      scale = Math.max(scale, Math.abs(e));
    }
    for (int i = 0; i < values.length; i++) {
      assertEquals(
          expected[i],
          values[i],
          tolerance * scale,
          what + ", element " + i + ", " + Backends.cpu().name());
    }
  }
}
