package dev.graft.backend.opencl;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;

/**
 * What the kernels of {@code norm.cl} share. An element's place in memory, the number of its
 * channel and the number of its group are given by three layouts of one shape.
 */
final class ClNormSums {
  static final String FILE = "norm.cl";

  /** Sums of x and x², counted from a first element. */
  static final int MOMENTS = 0;

  /** Sums of the gradient and of its product with the normalised x. */
  static final int GRADIENTS = 1;

  private static final int GROUP = 64;

  private final ClBackend backend;
  private final Layout memory;
  private final Layout channel;
  private final Layout group;

  ClNormSums(ClBackend backend, Layout memory, Layout channel, Layout group) {
    this.backend = backend;
    this.memory = memory;
    this.channel = channel;
    this.group = group;
  }

  /** The sums over all dimensions but the kept, in chunks. */
  record Sums(ClNest kept, int count, int chunks, ClBuffer partial) {}

  private static Layout only(Layout layout, boolean[] dims, boolean wanted) {
    int[] sizes = layout.shape().toArray();
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = dims[i] == wanted ? sizes[i] : 1;
    }
    return Layout.of(Shape.of(sizes), layout.strides(), 0);
  }

  private ClNest nest(boolean[] kept, boolean wanted) {
    return ClNest.inMemoryOrder(
        only(memory, kept, wanted), only(channel, kept, wanted), only(group, kept, wanted));
  }

  private static ClLaunch walk(ClLaunch launch, ClNest nest) {
    nest.begin(launch);
    return launch.ints8(0, nest.strides(0)).ints8(0, nest.strides(1)).ints8(0, nest.strides(2));
  }

  Sums sum(int stage, boolean[] keep, View x, View g, View mean, View invStd, View weight) {
    ClNest kept = nest(keep, true);
    ClNest reduced = nest(keep, false);
    int results = kept.count();
    int count = reduced.count();
    boolean rows = ClReductions.alongRows(reduced, kept, count, results);
    int chunks = ClReductions.chunks(count, results, rows);
    int chunk = Math.max(1, (count + chunks - 1) / chunks);
    ClBuffer partial = backend.buffer(4 * results * chunks);
    ClLaunch launch = backend.launch(FILE, rows ? "norm_rows" : "norm_columns");
    walk(walk(launch, kept), reduced).of(stage).of(chunk).of(chunks).view(x);
    launch.optional(g).optional(mean).optional(invStd).optional(weight).buffer(partial);
    if (rows) {
      int size = backend.group(GROUP);
      launch.local(4 * size).groups((long) results * chunks, size);
    } else {
      launch.run((long) results * chunks);
    }
    return new Sums(kept, count, chunks, partial);
  }

  /** Mean, and the biased variance, or where {@code inverse} 1/√(variance + eps), of each group. */
  void moments(Sums sums, View x, boolean inverse, float eps, View mean, View out) {
    ClNest kept = sums.kept;
    ClLaunch launch = kept.begin(backend.launch(FILE, "norm_moments"));
    launch.ints8(0, kept.strides(0)).ints8(0, kept.strides(2)).of(sums.chunks);
    launch.buffer(sums.partial).of((float) sums.count).of(inverse ? 1 : 0).of(eps);
    launch.view(x).view(mean).view(out).run(kept.count());
    sums.partial.release();
  }

  /** Both sums by the number of the channel or group; either view may be null. */
  void results(Sums sums, boolean byChannel, View sum, View dot) {
    ClNest kept = sums.kept;
    ClLaunch launch = kept.begin(backend.launch(FILE, "norm_sums"));
    launch.ints8(0, kept.strides(byChannel ? 1 : 2)).of(sums.chunks).buffer(sums.partial);
    launch.optional(sum).optional(dot).run(kept.count());
    sums.partial.release();
  }

  /** A walk over all elements. */
  ClLaunch all(String kernel) {
    return walk(backend.launch(FILE, kernel), ClNest.inMemoryOrder(memory.at(0), channel, group));
  }
}
