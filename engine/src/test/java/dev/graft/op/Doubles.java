package dev.graft.op;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntUnaryOperator;

/**
 * A row-major array in double precision with every op as a loop over indices: what the gradients of
 * the engine are differentiated from. Nothing here is shared with the engine.
 */
record Doubles(int[] dims, double[] values) {
  /** From an index of the result to that of the operand; null where the result is 0. */
  interface Source {
    int[] at(int[] index);
  }

  /** The value of each index. */
  interface Values {
    double at(int[] index);
  }

  static Doubles zeros(int... dims) {
    return new Doubles(dims, new double[count(dims)]);
  }

  static int count(int... dims) {
    return Arrays.stream(dims).reduce(1, (a, b) -> a * b);
  }

  double get(int... index) {
    int at = 0;
    for (int i = 0; i < dims.length; i++) {
      at = at * dims[i] + index[i];
    }
    return values[at];
  }

  /** The index of element {@code at} in row-major order. */
  static int[] index(int at, int... dims) {
    int[] index = new int[dims.length];
    int rest = at;
    for (int i = dims.length - 1; i >= 0; i--) {
      index[i] = rest % dims[i];
      rest /= dims[i];
    }
    return index;
  }

  Doubles map(DoubleUnaryOperator f) {
    return new Doubles(dims, Arrays.stream(values).map(f).toArray());
  }

  /** Elementwise with NumPy's broadcasting. */
  Doubles zip(Doubles other, DoubleBinaryOperator f) {
    int rank = Math.max(dims.length, other.dims.length);
    int[] d = new int[rank];
    Arrays.setAll(d, i -> Math.max(size(i - rank), other.size(i - rank)));
    return build(d, at -> f.applyAsDouble(get(narrow(at)), other.get(other.narrow(at))));
  }

  private int size(int fromEnd) {
    return dims.length + fromEnd < 0 ? 1 : dims[dims.length + fromEnd];
  }

  private int[] narrow(int[] at) {
    int[] own = Arrays.copyOfRange(at, at.length - dims.length, at.length);
    for (int i = 0; i < own.length; i++) {
      own[i] = dims[i] == 1 ? 0 : own[i];
    }
    return own;
  }

  static Doubles build(int[] dims, Values f) {
    Doubles out = zeros(dims);
    for (int i = 0; i < out.values.length; i++) {
      out.values[i] = f.at(index(i, dims));
    }
    return out;
  }

  Doubles gather(int[] target, Source source) {
    return build(
        target,
        at -> {
          int[] from = source.at(at);
          return from == null ? 0 : get(from);
        });
  }

  Doubles reshape(int... target) {
    return new Doubles(target, values);
  }

  Doubles permute(int... order) {
    int[] d = Arrays.stream(order).map(i -> dims[i]).toArray();
    return gather(
        d,
        at -> {
          int[] from = new int[order.length];
          for (int i = 0; i < order.length; i++) {
            from[order[i]] = at[i];
          }
          return from;
        });
  }

  /** Another size along one dimension, each index from another one of this. */
  Doubles along(int dim, int size, IntUnaryOperator from) {
    int[] d = dims.clone();
    d[dim] = size;
    return gather(
        d,
        at -> {
          int[] source = at.clone();
          source[dim] = from.applyAsInt(at[dim]);
          return source[dim] < 0 || source[dim] >= dims[dim] ? null : source;
        });
  }

  Doubles expand(int... target) {
    return zip(zeros(target), Double::sum);
  }

  /** Reduces over dimensions, which stay with size 1. */
  Doubles reduce(double start, DoubleBinaryOperator f, int... over) {
    int[] d = dims.clone();
    for (int i : over) {
      d[i] = 1;
    }
    Doubles out = build(d, at -> start);
    for (int i = 0; i < values.length; i++) {
      int[] at = out.narrow(index(i, dims));
      int to = 0;
      for (int k = 0; k < d.length; k++) {
        to = to * d[k] + at[k];
      }
      out.values[to] = f.applyAsDouble(out.values[to], values[i]);
    }
    return out;
  }

  Doubles sum(int... over) {
    return reduce(0, Double::sum, over);
  }

  Doubles mean(int... over) {
    Doubles sum = sum(over);
    return sum.scale((double) sum.values.length / values.length);
  }

  /** Divided by n. */
  Doubles variance(int... over) {
    return sub(mean(over)).map(v -> v * v).mean(over);
  }

  Doubles logSumExp(int... over) {
    return map(Math::exp).sum(over).map(Math::log);
  }

  Doubles max(int... over) {
    return reduce(Double.NEGATIVE_INFINITY, Math::max, over);
  }

  Doubles add(Doubles other) {
    return zip(other, Double::sum);
  }

  Doubles sub(Doubles other) {
    return zip(other, (a, b) -> a - b);
  }

  Doubles mul(Doubles other) {
    return zip(other, (a, b) -> a * b);
  }

  Doubles scale(double by) {
    return map(v -> v * by);
  }

  Doubles cat(int dim, Doubles other) {
    int size = dims[dim] + other.dims[dim];
    return along(dim, size, i -> i).add(other.along(dim, size, i -> i - dims[dim]));
  }

  /** [.., m, k] by [.., k, n]. */
  Doubles matmul(Doubles other) {
    Doubles a = reshape(insert(dims, dims.length, 1));
    Doubles b = other.reshape(insert(other.dims, other.dims.length - 2, 1));
    Doubles product = a.mul(b).sum(Math.max(a.dims.length, b.dims.length) - 2);
    int rank = product.dims.length - 1;
    int[] d = Arrays.copyOf(product.dims, rank);
    d[rank - 1] = product.dims[rank];
    return product.reshape(d);
  }

  private static int[] insert(int[] dims, int at, int size) {
    int[] d = new int[dims.length + 1];
    for (int i = 0; i < d.length; i++) {
      d[i] = i == at ? size : dims[i < at ? i : i - 1];
    }
    return d;
  }
}
