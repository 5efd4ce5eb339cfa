package dev.graft.data;

import dev.graft.backend.Backends;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * The batches of one epoch, for one thread. A task makes one batch and waits for nothing; there are
 * never more tasks than may be ahead, so that nothing is left waiting when nobody asks any more.
 */
public final class Batches implements Iterable<Batch>, Iterator<Batch>, AutoCloseable {
  private final DataLoader loader;
  private final ExecutorService workers;
  private final int[] order;
  private final long seed;
  private final int count;
  private final Deque<Future<Batch>> ahead = new ArrayDeque<>();
  private int asked;
  private volatile boolean closed;

  Batches(
      DataLoader loader, ExecutorService workers, int[] order, long seed, int first, int prefetch) {
    this.loader = loader;
    this.workers = workers;
    this.order = order;
    this.seed = seed;
    this.count = loader.batches();
    this.asked = first;
    while (ahead.size() < prefetch && asked < count) {
      ask();
    }
  }

  private void ask() {
    int batch = asked++;
    ahead.add(workers.submit(() -> make(batch)));
  }

  private Batch make(int batch) {
    Dataset dataset = loader.dataset();
    int from = batch * loader.batchSize();
    int n = Math.min(loader.batchSize(), order.length - from);
    int size = dataset.shape().numel();
    int[] dims = new int[1 + dataset.shape().rank()];
    dims[0] = n;
    System.arraycopy(dataset.shape().toArray(), 0, dims, 1, dims.length - 1);
    Shape shape = Shape.of(dims);
    float[] values = new float[shape.numel()];
    int[] labels = new int[n];
    int[] indices = new int[n];
    for (int i = 0; i < n; i++) {
      if (closed) {
        throw new CancellationException();
      }
      indices[i] = order[from + i];
      labels[i] = dataset.label(indices[i]);
      decode(dataset, indices[i], values, i * size);
    }
    // The array is ours alone, so the tensor may have it as it is.
    Tensor x = Tensor.of(new View(Backends.cpu().wrap(values), Layout.rowMajor(shape)));
    return new Batch(x, labels, indices);
  }

  private void decode(Dataset dataset, int index, float[] values, int at) {
    try {
      dataset.read(index, values, at, Rng.of(Rng.bits(seed, index)));
    } catch (IOException | RuntimeException e) {
      throw new DataException(
          "data_loader: " + dataset.describe(index) + ": " + ImageLoader.reason(e), e);
    }
  }

  @Override
  public boolean hasNext() {
    return !ahead.isEmpty();
  }

  /**
   * The next batch, as soon as it is there.
   *
   * @throws DataException if one of its examples cannot be read
   * @throws NoSuchElementException after the last one, or when closed
   * @throws IllegalStateException if this thread is interrupted while it waits
   */
  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("data_loader: no more batches");
    }
    try {
      Batch batch = ahead.poll().get();
      if (asked < count && !closed) {
        ask();
      }
      return batch;
    } catch (ExecutionException e) {
      close();
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        default -> throw new IllegalStateException("data_loader: " + e.getCause(), e);
      }
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("data_loader: interrupted while waiting for a batch", e);
    }
  }

  @Override
  public Iterator<Batch> iterator() {
    return this;
  }

  /** Stops the work ahead. Without it that work is finished and forgotten. */
  @Override
  public void close() {
    closed = true;
    // Without interrupts: they would close the files that a worker is reading.
    ahead.forEach(task -> task.cancel(false));
    ahead.clear();
  }
}
