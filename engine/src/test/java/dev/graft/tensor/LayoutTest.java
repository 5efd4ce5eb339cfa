package dev.graft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Layouts against the list of addresses that they stand for, over random strides. */
class LayoutTest {
  private static final int TRIALS = 4000;

  /** The addresses of the elements in row-major order. */
  private static int[] addresses(Layout layout) {
    int[] addresses = new int[layout.numel()];
    for (int i = 0; i < addresses.length; i++) {
      int rest = i;
      addresses[i] = layout.offset();
      for (int d = layout.rank() - 1; d >= 0; d--) {
        addresses[i] += rest % layout.dim(d) * layout.stride(d);
        rest /= layout.dim(d);
      }
    }
    return addresses;
  }

  /** A tensor's layout after some random permuting, slicing and broadcasting. */
  private static Layout random(Rng rng) {
    int[] dims = new int[1 + rng.nextInt(4)];
    Arrays.setAll(dims, i -> 1 + rng.nextInt(4));
    Shape shape = Shape.of(dims);
    boolean image = dims.length == 4 && rng.nextInt(2) == 0;
    Layout layout = image ? Layout.channelsLast(shape) : Layout.rowMajor(shape);
    for (int steps = rng.nextInt(3); steps > 0; steps--) {
      layout =
          switch (rng.nextInt(3)) {
            case 0 -> layout.permute(rng.permutation(layout.rank()));
            case 1 -> sliced(layout, rng);
            default -> expanded(layout, rng);
          };
    }
    return layout;
  }

  private static Layout sliced(Layout layout, Rng rng) {
    int dim = rng.nextInt(layout.rank());
    int start = rng.nextInt(layout.dim(dim));
    int end = start + 1 + rng.nextInt(layout.dim(dim) - start);
    return layout.slice(dim, start, end, 1 + rng.nextInt(2));
  }

  private static Layout expanded(Layout layout, Rng rng) {
    int[] dims = layout.shape().toArray();
    for (int i = 0; i < dims.length; i++) {
      dims[i] = dims[i] == 1 ? 1 + rng.nextInt(3) : dims[i];
    }
    return layout.expand(Shape.of(dims));
  }

  /** A random shape of n elements. */
  private static Shape factored(int n, Rng rng) {
    List<Integer> dims = new ArrayList<>();
    int left = n;
    while (left > 1) {
      int whole = left;
      int[] divisors = IntStream.rangeClosed(1, left).filter(d -> whole % d == 0).toArray();
      int d = divisors[rng.nextInt(divisors.length)];
      dims.add(d);
      left /= d;
    }
    return Shape.of(dims.stream().mapToInt(Integer::intValue).toArray());
  }

  /** The layout of that shape with those addresses, if strides can say it; else null. */
  private static Layout fitted(Shape shape, int[] addresses) {
    int[] strides = new int[shape.rank()];
    int step = 1;
    for (int d = strides.length - 1; d >= 0; d--) {
      strides[d] = shape.dim(d) == 1 ? 1 : addresses[step] - addresses[0];
      step *= shape.dim(d);
    }
    Layout layout = Layout.of(shape, strides, addresses[0]);
    return Arrays.equals(addresses(layout), addresses) ? layout : null;
  }

  @Test
  void reshapeIsAViewWhereverStridesCanSayIt() {
    Rng rng = Rng.of(1);
    int views = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      Layout layout = random(rng);
      Shape target = factored(layout.numel(), rng);
      int[] addresses = addresses(layout);
      Layout expected = fitted(target, addresses);
      Layout actual = layout.reshape(target);
      String what = layout + " as " + target;
      if (expected == null) {
        assertNull(actual, what);
      } else {
        assertNotNull(actual, what);
        assertEquals(target, actual.shape(), what);
        assertArrayEquals(addresses, addresses(actual), what);
        views++;
      }
    }
    assertTrue(views > TRIALS / 4 && views < TRIALS, "views: " + views);
  }

  @Test
  void ordersAreThoseOfTheAddresses() {
    Rng rng = Rng.of(2);
    for (int trial = 0; trial < TRIALS; trial++) {
      Layout layout = random(rng);
      int[] addresses = addresses(layout);
      assertEquals(consecutive(addresses), layout.isRowMajor(), layout::toString);
      int[] sorted = addresses.clone();
      Arrays.sort(sorted);
      assertEquals(consecutive(sorted), layout.isDense(), layout::toString);
      boolean channelsLast =
          layout.rank() == 4 && consecutive(addresses(layout.permute(0, 2, 3, 1)));
      assertEquals(channelsLast, layout.isChannelsLast(), layout::toString);
    }
  }

  private static boolean consecutive(int[] addresses) {
    return IntStream.range(1, addresses.length).allMatch(i -> addresses[i] == addresses[0] + i);
  }

  @Test
  void denseKeepsTheOrderAndFillsItsBuffer() {
    Rng rng = Rng.of(3);
    for (int trial = 0; trial < TRIALS; trial++) {
      Layout like = random(rng);
      Layout dense = Layout.dense(like.shape(), like);
      int[] sorted = addresses(dense);
      Arrays.sort(sorted);
      assertArrayEquals(IntStream.range(0, like.numel()).toArray(), sorted, like::toString);
      assertEquals(like.isDense() || like.isRowMajor(), dense.sameOrder(like), like::toString);
    }
  }

  @Test
  void slicesAndPermutationsTakeTheRightElements() {
    Layout layout = Layout.rowMajor(Shape.of(3, 4));
    assertArrayEquals(
        new int[] {5, 7, 9, 11}, addresses(layout.slice(0, 1, 3, 1).slice(1, 1, 4, 2)));
    assertArrayEquals(
        new int[] {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}, addresses(layout.permute(1, 0)));
    assertEquals(
        "[2, 3] strides [0, 1] + 4",
        layout.slice(0, 1, 2, 1).slice(1, 0, 3, 1).expand(Shape.of(2, 3)).toString());
  }
}
