package dev.graft.backend;

/**
 * Which elements along one axis go into each element of the result, and with what weight: result i
 * is {@code Σ weight[k]·x[index[k]]} over k from {@code start[i]} to {@code start[i + 1] − 1}.
 */
public record AxisTaps(int[] start, int[] index, float[] weight) {
  /** The number of results. */
  public int count() {
    return start.length - 1;
  }

  /** The taps of the gradient: which results each of {@code size} elements went into. */
  public AxisTaps transposed(int size) {
    int[] starts = new int[size + 1];
    for (int i : index) {
      starts[i + 1]++;
    }
    for (int i = 0; i < size; i++) {
      starts[i + 1] += starts[i];
    }
    int[] next = starts.clone();
    int[] results = new int[index.length];
    float[] weights = new float[index.length];
    for (int i = 0; i < count(); i++) {
      for (int k = start[i]; k < start[i + 1]; k++) {
        int to = next[index[k]]++;
        results[to] = i;
        weights[to] = weight[k];
      }
    }
    return new AxisTaps(starts, results, weights);
  }
}
