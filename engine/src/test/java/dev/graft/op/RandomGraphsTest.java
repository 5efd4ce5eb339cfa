package dev.graft.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.plan.InferencePlan;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random graphs with views, shared parts and repeated leaves, against the same graphs in double
 * precision. The tensors are large enough (1,600 values) for gradients' buffers to be recycled: one
 * that is recycled too early shows here as a wrong gradient.
 */
class RandomGraphsTest {
  private static final int SIZE = 40;
  private static final int LEAVES = 3;
  private static final int STEPS = 14;
  private static final double H = 1e-5;

  /** A step that takes [40, 40] twice and gives [40, 40], in both precisions. */
  private record Step(BinaryOperator<Tensor> graft, BinaryOperator<Doubles> exact) {}

  private static final List<Step> POSSIBLE =
      List.of(
          new Step(Tensor::add, Doubles::add),
          new Step(Tensor::sub, Doubles::sub),
          new Step((a, b) -> a.add(a), (a, b) -> a.add(a)),
          new Step((a, b) -> a.mul(b).mul(0.5f), (a, b) -> a.mul(b).scale(0.5)),
          new Step((a, b) -> a.tanh(), (a, b) -> a.map(Math::tanh)),
          new Step((a, b) -> a.t(), (a, b) -> a.permute(1, 0)),
          new Step((a, b) -> a.t().contiguous().add(b), (a, b) -> a.permute(1, 0).add(b)),
          new Step(
              (a, b) -> a.matmul(b.t()).mul(0.05f),
              (a, b) -> a.matmul(b.permute(1, 0)).scale(0.05)),
          new Step(
              (a, b) -> a.mean(true, 1).expand(Shape.of(SIZE, SIZE)),
              (a, b) -> a.mean(1).expand(SIZE, SIZE)),
          new Step((a, b) -> a.sub(b.mean(0)), (a, b) -> a.sub(b.mean(0))),
          new Step(
              (a, b) -> Tensor.cat(0, a.slice(0, 20, 40), b.slice(0, 0, 20)),
              (a, b) -> a.along(0, 20, i -> i + 20).cat(0, b.along(0, 20, i -> i))),
          new Step(
              (a, b) -> a.slice(1, 0, 39).pad(1, 0, 0, 0).add(a),
              (a, b) -> a.along(1, SIZE, i -> i - 1).add(a)),
          new Step(
              (a, b) -> a.reshape(20, 80).sigmoid().reshape(SIZE, SIZE).add(b),
              (a, b) -> a.map(x -> 1 / (1 + Math.exp(-x))).add(b)),
          new Step(
              (a, b) -> a.softmax(1).mul(b),
              (a, b) -> a.sub(a.logSumExp(1)).map(Math::exp).mul(b)));

  /** Which step, on which earlier values. */
  private record Choice(Step step, int a, int b) {}

  private static List<Choice> program(Rng rng) {
    List<Choice> program = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      int known = LEAVES + i;
      // The newest value goes in, so that nothing is computed in vain; the other may be anything.
      program.add(
          new Choice(POSSIBLE.get(rng.nextInt(POSSIBLE.size())), known - 1, rng.nextInt(known)));
    }
    return program;
  }

  private static <T> T run(
      List<Choice> program, List<T> leaves, Function<Choice, BinaryOperator<T>> f) {
    List<T> values = new ArrayList<>(leaves);
    for (Choice c : program) {
      values.add(f.apply(c).apply(values.get(c.a), values.get(c.b)));
    }
    return values.getLast();
  }

  private static Tensor graft(List<Choice> program, List<Tensor> leaves) {
    return run(program, leaves, c -> c.step.graft).add(leaves.getFirst()).mean();
  }

  private static double exact(List<Choice> program, List<Doubles> leaves) {
    return run(program, leaves, c -> c.step.exact).add(leaves.getFirst()).mean(0, 1).values()[0];
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void gradientsAreTheSlopes(long seed) {
    Rng rng = Rng.of(seed);
    List<Choice> program = program(rng);
    List<Doubles> exact = new ArrayList<>();
    List<Tensor> leaves = new ArrayList<>();
    for (int i = 0; i < LEAVES; i++) {
      exact.add(randomDoubles(rng));
      leaves.add(GradientsTest.tensor(exact.get(i), i == 1).detach().requireGrad());
    }
    Tensor loss = graft(program, leaves);
    double value = exact(program, exact);
    assertEquals(value, loss.item(), 2e-5 * Math.max(1, Math.abs(value)));
    loss.backward();
    for (int i = 0; i < LEAVES; i++) {
      checkSlope(program, exact, leaves.get(i), i, rng);
    }
    checkKept(program, leaves);
  }

  /** What a plan writes over too early shows as a wrong result. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void plansGiveTheSame(long seed) {
    Rng rng = Rng.of(100 + seed);
    for (int round = 0; round < 20; round++) {
      List<Choice> program = program(rng);
      List<Tensor> leaves = new ArrayList<>();
      for (int i = 0; i < LEAVES; i++) {
        leaves.add(GradientsTest.tensor(randomDoubles(rng), i == 1).detach());
      }
      UnaryOperator<Tensor> forward =
          x -> run(program, List.of(x, leaves.get(1), leaves.get(2)), c -> c.step.graft).add(x);
      Tensor x = leaves.getFirst();
      InferencePlan plan = InferencePlan.of(forward, x.shape());
      float[] expected = forward.apply(x).toArray();
      for (int again = 0; again < 2; again++) {
        float[] actual = plan.run(x).toArray();
        for (int i = 0; i < expected.length; i++) {
          double size = Math.max(1, Math.abs(expected[i]));
          assertEquals(expected[i], actual[i], 1e-5 * size, plan.toString());
        }
      }
    }
  }

  private static Doubles randomDoubles(Rng rng) {
    return Doubles.build(new int[] {SIZE, SIZE}, at -> (float) (2 * rng.nextDouble() - 1));
  }

  /** Along a random direction, which all elements of the gradient take part in. */
  private static void checkSlope(
      List<Choice> program, List<Doubles> exact, Tensor leaf, int i, Rng rng) {
    Doubles direction = randomDoubles(rng);
    List<Doubles> above = new ArrayList<>(exact);
    List<Doubles> below = new ArrayList<>(exact);
    above.set(i, exact.get(i).add(direction.scale(H)));
    below.set(i, exact.get(i).sub(direction.scale(H)));
    double expected = (exact(program, above) - exact(program, below)) / (2 * H);
    float[] grad = leaf.grad() == null ? new float[SIZE * SIZE] : leaf.grad().toArray();
    double actual = 0;
    double size = 0;
    for (int k = 0; k < grad.length; k++) {
      actual += grad[k] * direction.values()[k];
      size += Math.abs(grad[k] * direction.values()[k]);
    }
    assertEquals(expected, actual, 1e-4 * Math.max(1e-3, size), "leaf " + i);
  }

  /** A second pass adds the same again, and buffers it recycles are not those of the first. */
  private static void checkKept(List<Choice> program, List<Tensor> leaves) {
    List<Tensor> first = leaves.stream().map(Tensor::grad).toList();
    List<float[]> before = new ArrayList<>();
    first.forEach(g -> before.add(g == null ? null : g.toArray()));
    List<float[]> values = leaves.stream().map(Tensor::toArray).toList();
    graft(program, leaves).backward();
    for (int i = 0; i < leaves.size(); i++) {
      assertArrayEquals(values.get(i), leaves.get(i).toArray(), "values of leaf " + i);
      if (first.get(i) == null) {
        continue;
      }
      assertArrayEquals(before.get(i), first.get(i).toArray(), "first gradient of leaf " + i);
      float[] twice = leaves.get(i).grad().toArray();
      double size = 0;
      for (float g : before.get(i)) {
        size = Math.max(size, Math.abs(g));
      }
      // Parts that nearly cancel are added in another order: 1e-6 is too little on one backend.
      for (int k = 0; k < twice.length; k++) {
        assertEquals(2 * before.get(i)[k], twice[k], 1e-5 * size, "gradient of leaf " + i);
      }
    }
  }
}
