package dev.graft.data;

import dev.graft.tensor.Rng;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Makes batches of a dataset's examples, decoded and augmented ahead of the compute on other
 * threads. What a batch holds follows from the seed, the epoch and its place alone: every number of
 * threads gives the same bits.
 *
 * <pre>{@code
 * var loader = new DataLoader(train, 64).withShuffle(1);
 * for (Batch batch : loader.epoch(0)) { … }
 * }</pre>
 *
 * <p>The threads are daemons, sleep when there is nothing to do and end after some seconds of it.
 */
public final class DataLoader {
  private static final int MOST_THREADS = 4;
  private static final int IDLE_SECONDS = 2;

  private final Dataset dataset;
  private final Options options;
  private final ExecutorService workers;

  private record Options(
      int batchSize, boolean shuffle, long seed, boolean dropLast, int threads, int prefetch) {}

  /**
   * In order, the last batch as small as it comes.
   *
   * @throws IllegalArgumentException if the dataset is empty or batchSize below 1
   */
  public DataLoader(Dataset dataset, int batchSize) {
    this(dataset, new Options(batchSize, false, 0, false, defaultThreads(), 0));
  }

  private DataLoader(Dataset dataset, Options options) {
    if (options.batchSize < 1) {
      throw new IllegalArgumentException(
          "data_loader: batch size must be at least 1: " + options.batchSize);
    }
    if (dataset.size() == 0) {
      throw new IllegalArgumentException("data_loader: the dataset is empty: " + dataset);
    }
    if (options.dropLast && dataset.size() < options.batchSize) {
      throw new IllegalArgumentException(
          "data_loader: %d examples make no batch of %d, and dropLast leaves out smaller ones"
              .formatted(dataset.size(), options.batchSize));
    }
    this.dataset = dataset;
    this.options = options;
    this.workers = workers(options.threads);
  }

  /** Half of the machine at most: the rest computes. */
  private static int defaultThreads() {
    return Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MOST_THREADS);
  }

  private static ExecutorService workers(int threads) {
    AtomicInteger count = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread t = new Thread(task, "graft-loader-" + count.incrementAndGet());
              t.setDaemon(true);
              return t;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** In an order that follows from the seed and the epoch. */
  public DataLoader withShuffle(long seed) {
    Options o = options;
    return new DataLoader(
        dataset, new Options(o.batchSize, true, seed, o.dropLast, o.threads, o.prefetch));
  }

  /** In order, with this seed for the augmentation. */
  public DataLoader withSeed(long seed) {
    Options o = options;
    return new DataLoader(
        dataset, new Options(o.batchSize, o.shuffle, seed, o.dropLast, o.threads, o.prefetch));
  }

  /**
   * Leaves out a last batch that is not full.
   *
   * @throws IllegalArgumentException if that leaves none
   */
  public DataLoader withDropLast() {
    Options o = options;
    return new DataLoader(
        dataset, new Options(o.batchSize, o.shuffle, o.seed, true, o.threads, o.prefetch));
  }

  /**
   * How many threads decode; by default half of the processors, at most 4.
   *
   * @throws IllegalArgumentException if n is below 1
   */
  public DataLoader withThreads(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("data_loader: needs at least 1 thread: " + n);
    }
    Options o = options;
    return new DataLoader(
        dataset, new Options(o.batchSize, o.shuffle, o.seed, o.dropLast, n, o.prefetch));
  }

  /**
   * How many batches may be ready or in the making before they are asked for; by default two more
   * than there are threads.
   *
   * @throws IllegalArgumentException if n is below 1
   */
  public DataLoader withPrefetch(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("data_loader: prefetch must be at least 1: " + n);
    }
    Options o = options;
    return new DataLoader(
        dataset, new Options(o.batchSize, o.shuffle, o.seed, o.dropLast, o.threads, n));
  }

  public Dataset dataset() {
    return dataset;
  }

  public int batchSize() {
    return options.batchSize;
  }

  /** The number of batches in an epoch. */
  public int batches() {
    int n = dataset.size();
    return options.dropLast ? n / options.batchSize : Math.ceilDiv(n, options.batchSize);
  }

  /** The number of examples in an epoch. */
  public int examples() {
    return options.dropLast ? batches() * options.batchSize : dataset.size();
  }

  /** The batches of an epoch. Abandoned half-way they cost a few batches' memory, no thread. */
  public Batches epoch(int epoch) {
    return epoch(epoch, 0);
  }

  /**
   * The batches of an epoch from batch {@code first} on, the same as if those before had been read.
   *
   * @throws IllegalArgumentException if first is negative or above {@link #batches()}
   */
  public Batches epoch(int epoch, int first) {
    if (first < 0 || first > batches()) {
      throw new IllegalArgumentException(
          "data_loader: batch %d is out of range: an epoch has %d".formatted(first, batches()));
    }
    long seed = Rng.bits(options.seed, epoch);
    int[] order = order(seed);
    int prefetch = options.prefetch == 0 ? options.threads + 2 : options.prefetch;
    return new Batches(this, workers, order, seed, first, prefetch);
  }

  private int[] order(long seed) {
    int n = dataset.size();
    return options.shuffle
        ? Rng.of(seed).split("order").permutation(n)
        : IntStream.range(0, n).toArray();
  }

  /** What decides over the batches, in one line; equal lines mean equal batches. */
  public String signature() {
    return String.format(
        Locale.ROOT,
        "examples=%d batch=%d seed=%d shuffle=%s dropLast=%s",
        dataset.size(),
        options.batchSize,
        options.seed,
        options.shuffle,
        options.dropLast);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "DataLoader: %,d batches of %d of %s", batches(), batchSize(), dataset);
  }
}
