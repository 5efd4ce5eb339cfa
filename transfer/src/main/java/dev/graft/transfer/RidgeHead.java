package dev.graft.transfer;

import dev.graft.nn.Linear;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * A linear head solved in closed form: ridge regression (Hoerl and Kennard, 1970) of centred
 * one-hot targets on centred features. The penalty is the one with the least leave-one-out error,
 * which costs one division per example (Allen, 1974). The scores are scaled so that their softmax,
 * too, is best on the left-out examples; the decisions do not depend on that.
 */
public final class RidgeHead {
  /** Penalties tried, times the mean eigenvalue: half powers of ten from 1e-5 to 1e3. */
  private static final int PENALTIES = 17;

  /** Where a class has one example, leaving it out says nothing: the middle of what is chosen. */
  private static final double DEFAULT_PENALTY = 0.1;

  private static final double DEFAULT_SCALE = 8;
  private static final double[] SCALES = {1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64};

  private final DMatrixRMaj x;
  private final DMatrixRMaj targets;
  private final int[] labels;
  private final double[] meanX;
  private final double[] meanT;

  private RidgeHead(Tensor features, int[] labels, int classes) {
    int n = features.dim(0);
    int d = features.dim(1);
    float[] values = features.toArray();
    this.labels = labels;
    x = new DMatrixRMaj(n, d);
    targets = new DMatrixRMaj(n, classes);
    meanX = new double[d];
    meanT = new double[classes];
    for (int i = 0; i < n; i++) {
      meanT[labels[i]] += 1.0 / n;
      targets.set(i, labels[i], 1);
      for (int j = 0; j < d; j++) {
        meanX[j] += values[i * d + j] / (double) n;
      }
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        x.set(i, j, values[i * d + j] - meanX[j]);
      }
      for (int c = 0; c < classes; c++) {
        targets.set(i, c, targets.get(i, c) - meanT[c]);
      }
    }
  }

  /**
   * The head for features [n, d] with labels 0 … classes−1, on the device on which they lie.
   *
   * @throws IllegalArgumentException if there are no examples, fewer labels than rows, or a label
   *     is out of range
   */
  public static Linear fit(Tensor features, int[] labels, int classes) {
    checkExamples(features, labels, classes);
    Linear head = new RidgeHead(features, labels, classes).solve();
    head.to(features.backend());
    return head;
  }

  static void checkExamples(Tensor features, int[] labels, int classes) {
    if (features.rank() != 2 || features.dim(0) == 0 || features.dim(0) != labels.length) {
      throw new IllegalArgumentException(
          "head: needs features [n, d] and n labels, n > 0: got "
              + features.shape()
              + " and "
              + labels.length);
    }
    for (int label : labels) {
      if (label < 0 || label >= classes) {
        throw new IllegalArgumentException(
            "head: label " + label + " is out of range: " + classes + " classes");
      }
    }
  }

  private Linear solve() {
    int n = x.numRows;
    int d = x.numCols;
    int k = targets.numCols;
    boolean dual = n <= d;
    DMatrixRMaj gram = new DMatrixRMaj(dual ? n : d, dual ? n : d);
    if (dual) {
      CommonOps_DDRM.multTransB(x, x, gram);
    } else {
      CommonOps_DDRM.multTransA(x, x, gram);
    }
    EigenDecomposition_F64<DMatrixRMaj> eig =
        DecompositionFactory_DDRM.eig(gram.numRows, true, true);
    if (!eig.decompose(gram.copy())) {
      throw new IllegalStateException("ridge: the features have no eigenvalues: not finite?");
    }
    double[] values = new double[gram.numRows];
    DMatrixRMaj u = leftVectors(eig, values, dual);
    DMatrixRMaj ut = new DMatrixRMaj(u.numCols, k);
    CommonOps_DDRM.multTransA(u, targets, ut);
    double mean = 0;
    for (double v : values) {
      mean += v / Math.min(n - 1, d);
    }
    boolean canLeaveOut = smallestClass() > 1;
    double penalty = mean * DEFAULT_PENALTY;
    double scale = DEFAULT_SCALE;
    if (canLeaveOut) {
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < PENALTIES; i++) {
        double candidate = mean * Math.pow(10, -5 + 0.5 * i);
        double error = squared(leftOut(u, ut, values, candidate));
        if (error < least) {
          least = error;
          penalty = candidate;
        }
      }
      scale = bestScale(leftOut(u, ut, values, penalty));
    }
    return head(u, ut, values, Math.max(penalty, 1e-12), scale);
  }

  /** The left singular vectors of x [n, r], and the eigenvalues that belong to them. */
  private DMatrixRMaj leftVectors(
      EigenDecomposition_F64<DMatrixRMaj> eig, double[] values, boolean dual) {
    int r = values.length;
    DMatrixRMaj vectors = new DMatrixRMaj(r, r);
    for (int j = 0; j < r; j++) {
      values[j] = Math.max(0, eig.getEigenvalue(j).getReal());
      CommonOps_DDRM.insert(eig.getEigenVector(j), vectors, 0, j);
    }
    if (dual) {
      return vectors;
    }
    DMatrixRMaj u = new DMatrixRMaj(x.numRows, r);
    CommonOps_DDRM.mult(x, vectors, u);
    double largest = 0;
    for (double v : values) {
      largest = Math.max(largest, v);
    }
    for (int j = 0; j < r; j++) {
      double inverse = values[j] > 1e-12 * largest ? 1 / Math.sqrt(values[j]) : 0;
      for (int i = 0; i < u.numRows; i++) {
        u.set(i, j, u.get(i, j) * inverse);
      }
    }
    return u;
  }

  private int smallestClass() {
    int[] counts = new int[targets.numCols];
    for (int label : labels) {
      counts[label]++;
    }
    int least = Integer.MAX_VALUE;
    for (int c : counts) {
      least = c > 0 ? Math.min(least, c) : least;
    }
    return least;
  }

  /** What the solution without example i says of example i, for all i: [n, classes]. */
  private double[][] leftOut(DMatrixRMaj u, DMatrixRMaj ut, double[] values, double penalty) {
    int n = u.numRows;
    int k = ut.numCols;
    double[][] out = new double[n][k];
    for (int i = 0; i < n; i++) {
      double leverage = 1.0 / n;
      double[] fit = new double[k];
      for (int j = 0; j < values.length; j++) {
        double shrink = values[j] / (values[j] + penalty);
        double uij = u.get(i, j);
        leverage += uij * uij * shrink;
        for (int c = 0; c < k; c++) {
          fit[c] += uij * shrink * ut.get(j, c);
        }
      }
      double rest = Math.max(1 - leverage, 1e-9);
      for (int c = 0; c < k; c++) {
        double residual = (targets.get(i, c) - fit[c]) / rest;
        out[i][c] = targets.get(i, c) + meanT[c] - residual;
      }
    }
    return out;
  }

  private double squared(double[][] scores) {
    double error = 0;
    for (int i = 0; i < scores.length; i++) {
      for (int c = 0; c < scores[i].length; c++) {
        double difference = (labels[i] == c ? 1 : 0) - scores[i][c];
        error += difference * difference;
      }
    }
    return error;
  }

  /** The factor with which the softmax of the scores is most likely. */
  private double bestScale(double[][] scores) {
    double best = DEFAULT_SCALE;
    double least = Double.POSITIVE_INFINITY;
    for (double scale : SCALES) {
      double loss = 0;
      for (int i = 0; i < scores.length; i++) {
        double sum = 0;
        for (double score : scores[i]) {
          sum += Math.exp(scale * (score - scores[i][labels[i]]));
        }
        loss += Math.log(sum);
      }
      if (loss < least) {
        least = loss;
        best = scale;
      }
    }
    return best;
  }

  /** weight = targetsᵀ·U·diag(1/(values + penalty))·Uᵀ·x, bias from the means. */
  private Linear head(
      DMatrixRMaj u, DMatrixRMaj ut, double[] values, double penalty, double scale) {
    int k = ut.numCols;
    DMatrixRMaj damped = ut.copy();
    for (int j = 0; j < values.length; j++) {
      for (int c = 0; c < k; c++) {
        damped.set(j, c, ut.get(j, c) / (values[j] + penalty));
      }
    }
    DMatrixRMaj dualWeights = new DMatrixRMaj(x.numRows, k);
    CommonOps_DDRM.mult(u, damped, dualWeights);
    DMatrixRMaj w = new DMatrixRMaj(k, x.numCols);
    CommonOps_DDRM.multTransA(dualWeights, x, w);
    Linear linear = new Linear(x.numCols, k, Rng.of(0));
    float[] weight = new float[k * x.numCols];
    float[] bias = new float[k];
    for (int c = 0; c < k; c++) {
      double offset = meanT[c];
      for (int j = 0; j < x.numCols; j++) {
        weight[c * x.numCols + j] = (float) (scale * w.get(c, j));
        offset -= w.get(c, j) * meanX[j];
      }
      bias[c] = (float) (scale * offset);
    }
    linear.weight().assign(weight);
    linear.bias().assign(bias);
    return linear;
  }
}
