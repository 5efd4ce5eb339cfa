package dev.graft.weights;

import dev.graft.backend.Lines;
import dev.graft.backend.PackedMemory;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Decodes many tensors on several threads, large ones in pieces. What bounds it is the memory: the
 * file's bytes are copied, and the arrays filled with zeros when they are made; both go faster on
 * two cores. Elements that lie one after another are read into a buffer that stays in the
 * second-level cache, and decoded from there.
 */
final class ParallelDecoder {
  /** Values in a piece: 4 MB, large against the cost of taking the next one. */
  private static final int PIECE = 1 << 20;

  /** Below this many values starting threads costs more than it gains. */
  private static final int WORTH_THREADS = 1 << 18;

  /** From so many values on a read costs less than the page faults that it saves. */
  private static final int WORTH_READING = 1 << 12;

  private static final int BUFFER_SIZE = 1 << 18;

  /**
   * From so many values on a tensor that lies in the file as it is shares an array with others; see
   * {@link PackedMemory}.
   */
  private static final int LARGE = 1 << 14;

  /** Of each thread that decodes; the helpers end with their work, and their buffers with them. */
  private static final ThreadLocal<ByteBuffer> BUFFER =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER_SIZE));

  private final List<Task> tasks;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private interface Body {
    void run() throws WeightFormatException;
  }

  /** A piece of work, and how many values it makes. */
  private record Task(long size, Body body) {}

  /** A run of an array that a tensor's values are to fill. */
  record Target(float[] array, int offset) {}

  private ParallelDecoder(List<Task> tasks) {
    this.tasks = tasks;
  }

  /**
   * The values of each tensor in row-major order; the same run where two are the same elements.
   * Large ones lie together in long arrays.
   *
   * @param file the file that they are in
   * @throws WeightFormatException if one cannot be decoded
   */
  static Target[] decode(List<StoredTensor> tensors, FileBytes file) throws WeightFormatException {
    Target[] values = new Target[tensors.size()];
    Map<Object, Integer> ties = new HashMap<>();
    int[] same = new int[values.length];
    List<Task> tasks = new ArrayList<>();
    PackedMemory memory = new PackedMemory(room(tensors));
    long total = 0;
    for (int i = 0; i < values.length; i++) {
      StoredTensor tensor = tensors.get(i);
      long numel = tensor.entry().numel();
      Integer first = numel > 0 ? ties.putIfAbsent(tie(tensor), i) : null;
      same[i] = first == null ? i : first;
      if (first == null) {
        total += numel;
        addTasks(tensor, file, memory, values, i, tasks);
      }
    }
    run(tasks, total);
    for (int i = 0; i < values.length; i++) {
      values[i] = values[same[i]];
    }
    return values;
  }

  /**
   * Decodes each tensor into its place.
   *
   * @param file the file that they are in
   * @throws WeightFormatException if one cannot be decoded
   */
  static void decode(List<StoredTensor> tensors, FileBytes file, List<Target> targets)
      throws WeightFormatException {
    List<Task> tasks = new ArrayList<>();
    long total = 0;
    for (int i = 0; i < targets.size(); i++) {
      total += tensors.get(i).entry().numel();
      addTasks(tensors.get(i), file, targets.get(i), tasks);
    }
    run(tasks, total);
  }

  private static void run(List<Task> tasks, long total) throws WeightFormatException {
    tasks.sort(Comparator.comparingLong(task -> -task.size));
    int threads =
        total < WORTH_THREADS
            ? 1
            : Integer.getInteger("graft.threads", Runtime.getRuntime().availableProcessors());
    new ParallelDecoder(tasks).run(Math.min(threads, tasks.size()));
  }

  private static Object tie(StoredTensor tensor) {
    return tensor instanceof StoredTensor.Mapped mapped ? mapped.tie() : tensor;
  }

  /** A tensor that lies in the file as it is, and is worth some trouble. */
  static boolean isLarge(StoredTensor tensor) {
    return tensor.entry().numel() >= LARGE
        && tensor instanceof StoredTensor.Mapped mapped
        && mapped.isDense();
  }

  private static long room(List<StoredTensor> tensors) {
    Set<Object> ties = new HashSet<>();
    return tensors.stream()
        .filter(tensor -> isLarge(tensor) && ties.add(tie(tensor)))
        .mapToLong(tensor -> PackedMemory.room(tensor.entry().numel()))
        .sum();
  }

  private static void addTasks(
      StoredTensor tensor,
      FileBytes file,
      PackedMemory memory,
      Target[] values,
      int i,
      List<Task> tasks) {
    int numel = (int) tensor.entry().numel();
    if (isLarge(tensor)) {
      Lines.Run run = memory.take(numel);
      values[i] = new Target(run.array(), run.at());
      addTasks(tensor, file, values[i], tasks);
    } else {
      tasks.add(new Task(numel, () -> values[i] = new Target(tensor.mapped().decode(), 0)));
    }
  }

  private static void addTasks(
      StoredTensor tensor, FileBytes file, Target target, List<Task> tasks) {
    int numel = (int) tensor.entry().numel();
    if (!(tensor instanceof StoredTensor.Mapped mapped) || !mapped.isDense()) {
      tasks.add(
          new Task(
              numel,
              () ->
                  System.arraycopy(
                      tensor.mapped().decode(), 0, target.array, target.offset, numel)));
      return;
    }
    for (int from = 0; from < numel; from += PIECE) {
      int at = from;
      int count = Math.min(PIECE, numel - from);
      tasks.add(new Task(count, () -> decode(mapped, file, target, at, count)));
    }
  }

  /** Decodes the values from {@code at} on of a tensor that lies one element after another. */
  private static void decode(
      StoredTensor.Mapped tensor, FileBytes file, Target target, int at, int count) {
    int itemSize = tensor.entry().dtype().bytes();
    long first = tensor.offset() + at;
    float[] to = target.array;
    int into = target.offset + at;
    if (count < WORTH_READING || !tensor.bytes().isNative()) {
      tensor.decoder().decode(first, 1, to, into, count);
      return;
    }
    ByteBuffer buffer = BUFFER.get();
    for (int done = 0; done < count; ) {
      int n = Math.min(buffer.capacity() / itemSize, count - done);
      buffer.clear().limit(n * itemSize);
      if (file.read(tensor.bytes(), (first + done) * itemSize, buffer)) {
        MemorySegment bytes = MemorySegment.ofBuffer(buffer.clear());
        new Decoder(bytes, tensor.order(), tensor.entry().dtype()).decode(0, 1, to, into + done, n);
      } else {
        tensor.decoder().decode(first + done, 1, to, into + done, n);
      }
      done += n;
    }
  }

  /** Decodes the values from number {@code first} on of a tensor that {@link #isLarge}. */
  static Void decode(
      StoredTensor.Mapped tensor, FileBytes file, int first, float[] to, int at, int count) {
    decode(tensor, file, new Target(to, at - first), first, count);
    return null;
  }

  private void run(int threads) throws WeightFormatException {
    List<Thread> helpers = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      helpers.add(Thread.ofPlatform().daemon().name("graft-weights-" + i).start(this::work));
    }
    work();
    boolean interrupted = false;
    for (Thread helper : helpers) {
      while (helper.isAlive()) {
        try {
          helper.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    switch (failure.get()) {
      case null -> {}
      case WeightFormatException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  private void work() {
    for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
      if (failure.get() != null) {
        return;
      }
      try {
        tasks.get(i).body.run();
      } catch (WeightFormatException | RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      }
    }
  }
}
