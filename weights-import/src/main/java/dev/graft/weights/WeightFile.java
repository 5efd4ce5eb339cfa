package dev.graft.weights;

import dev.graft.backend.Backends;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import dev.graft.weights.WeightFormat.Contents;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An open weight file: what it holds, and its tensors on demand. Several threads may read from it;
 * none may while another closes it.
 */
public final class WeightFile implements AutoCloseable {
  /**
   * float32 takes four bytes where an 8-bit type takes one, and tied weights are decoded once for
   * each name. Views that overlap beyond that make a small file ask for endless memory.
   */
  private static final int VALUES_PER_BYTE = 4;

  /** What even the smallest file may decode to. */
  private static final int FREE = 1 << 14;

  /** The longest array that every JVM can make. */
  private static final int LARGEST = Integer.MAX_VALUE - 8;

  private final FileBytes file;
  private final String format;
  private final Contents contents;
  private final String prefix;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final List<WeightEntry> entries = new ArrayList<>();
  private volatile boolean closed;

  WeightFile(FileBytes file, String format, Contents contents) throws WeightFormatException {
    this.file = file;
    this.format = format;
    this.contents = contents;
    List<String> names = new ArrayList<>();
    for (StoredTensor tensor : contents.tensors()) {
      names.add(tensor.entry().name());
    }
    prefix = Names.prefix(names, !contents.wrapping().isEmpty());
    long size = file.totalSize();
    long budget = FREE + VALUES_PER_BYTE * size;
    for (StoredTensor tensor : contents.tensors()) {
      WeightEntry entry = tensor.entry();
      if (!prefix.isEmpty() && entry.name().startsWith(prefix)) {
        entry =
            new WeightEntry(entry.name().substring(prefix.length()), entry.dtype(), entry.shape());
      }
      tensors.put(entry.name(), tensor);
      entries.add(entry);
      if (entry.numel() > budget) {
        throw file.fail(
            "its tensors overlap so much that %,d bytes would become more than %,d; refused"
                .formatted(size, Float.BYTES * (FREE + VALUES_PER_BYTE * size)));
      }
      budget -= entry.numel();
    }
  }

  /** The file's name, as it was opened. */
  public String name() {
    return file.name();
  }

  /** The format, such as {@code torch zip} or {@code safetensors in 2 files}. */
  public String format() {
    return format;
  }

  /** What there is to read, in the file's order. */
  public List<WeightEntry> entries() {
    return Collections.unmodifiableList(entries);
  }

  /**
   * What the file says besides: safetensors' metadata, or the texts and numbers at the top of a
   * training checkpoint (epoch, architecture, best accuracy).
   */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(contents.metadata());
  }

  /**
   * Under which keys of a checkpoint the weights were found, from the outside in, such as {@code
   * [state_dict]}; empty where they lie at the top.
   */
  public List<String> wrapping() {
    return Collections.unmodifiableList(contents.wrapping());
  }

  /** What was taken off the front of every name, such as {@code module.}; empty if nothing was. */
  public String prefix() {
    return prefix;
  }

  /** The names beside the weights whose values are no tensors, and so are not read. */
  public List<String> skipped() {
    return Collections.unmodifiableList(contents.skipped());
  }

  /** The number of values in all tensors. */
  public long numel() {
    return entries.stream().mapToLong(WeightEntry::numel).sum();
  }

  /** The size of the file in bytes, or of all files where it is an index of several. */
  public long bytes() {
    return file.totalSize();
  }

  /**
   * Names whose tensors are the same elements of the file in the same shape as another's (tied
   * weights), each with the first name of them.
   */
  public Map<String, String> tied() {
    Map<String, String> tied = new LinkedHashMap<>();
    Map<Object, String> firsts = new HashMap<>();
    tensors.forEach((name, tensor) -> {
      if (tensor instanceof StoredTensor.Mapped mapped && tensor.entry().numel() > 0) {
        String first = firsts.putIfAbsent(mapped.tie(), name);
        if (first != null) {
          tied.put(name, first);
        }
      }
    });
    return tied;
  }

  /**
   * A state dict of the same names and shapes that takes no memory to speak of, for code that looks
   * at shapes alone: all values are 0. Tensors that exceed one Java array are left out.
   */
  public StateDict shapes() {
    StateDict shapes = new StateDict();
    shapes.metadata().putAll(contents.metadata());
    for (WeightEntry entry : entries) {
      if (fits(entry)) {
        Shape shape = Shape.of(dims(entry.shape()));
        Layout layout = Layout.of(shape, new int[shape.rank()], 0);
        shapes.put(entry.name(), Tensor.of(new View(Backends.cpu().wrap(new float[1]), layout)));
      }
    }
    return shapes;
  }

  /**
   * Reads all tensors as float32, with the file's metadata, on several threads. Names that share
   * all their elements in the file (tied weights) get one tensor. Large tensors lie together in
   * arrays of 16 MB or more, so whoever keeps one of many keeps its neighbours: copy it instead.
   *
   * @throws WeightFormatException if a tensor is too large for one Java array
   * @throws IllegalStateException if the file is closed
   */
  public StateDict read() throws WeightFormatException {
    requireOpen();
    List<StoredTensor> stored = new ArrayList<>();
    for (WeightEntry entry : entries) {
      stored.add(requireFits(find(entry.name())));
    }
    ParallelDecoder.Target[] values = decoding(() -> ParallelDecoder.decode(stored, file));
    Map<ParallelDecoder.Target, Tensor> made = new IdentityHashMap<>();
    StateDict weights = new StateDict();
    weights.metadata().putAll(contents.metadata());
    for (int i = 0; i < values.length; i++) {
      long[] shape = entries.get(i).shape();
      weights.put(entries.get(i).name(), made.computeIfAbsent(values[i], v -> tensor(v, shape)));
    }
    return weights;
  }

  /**
   * As {@link #read()}, but the values of large tensors stay in the file until somebody needs them:
   * for plans, which read each weight once and pack it, so that a network's weights take their
   * memory once instead of twice. What has not been read when the file is closed throws when it is
   * used.
   *
   * <pre>{@code
   * try (WeightFile file = Weights.open(path)) {
   *   network.adopt(file.defer()).orThrow();
   *   plan = InferencePlan.of(network.eval()::apply, Shape.of(1, 3, 224, 224));
   * }
   * }</pre>
   *
   * @throws WeightFormatException if a tensor is too large for one Java array
   * @throws IllegalStateException if the file is closed
   */
  public StateDict defer() throws WeightFormatException {
    requireOpen();
    Map<Object, Tensor> made = new HashMap<>();
    StateDict weights = new StateDict();
    weights.metadata().putAll(contents.metadata());
    for (WeightEntry entry : entries) {
      StoredTensor stored = requireFits(find(entry.name()));
      if (!ParallelDecoder.isLarge(stored)) {
        weights.put(entry.name(), read(entry.name()));
        continue;
      }
      StoredTensor.Mapped mapped = (StoredTensor.Mapped) stored;
      weights.put(entry.name(), made.computeIfAbsent(mapped.tie(), t -> deferred(mapped)));
    }
    return weights;
  }

  private Tensor deferred(StoredTensor.Mapped stored) {
    HostBuffer.Source source =
        (first, target, at, count) -> {
          requireOpen();
          try {
            decoding(() -> ParallelDecoder.decode(stored, file, first, target, at, count));
          } catch (WeightFormatException e) {
            throw new UncheckedIOException(e);
          }
        };
    int numel = (int) stored.entry().numel();
    Layout layout = Layout.rowMajor(Shape.of(dims(stored.entry().shape())));
    return Tensor.of(new View(HostBuffer.deferred(numel, Backends.cpu(), source), layout));
  }

  /**
   * Reads tensors as float32 into others, such as those of a network that was built to be loaded:
   * quicker than {@link #read()} and a copy, and without the memory of a second model.
   *
   * @param targets by names in {@link #entries()}; others of the file are not read
   * @throws WeightFormatException if there is none of that name, or of another shape; nothing is
   *     read then
   * @throws IllegalStateException if the file is closed
   */
  public void readInto(Map<String, Tensor> targets) throws WeightFormatException {
    requireOpen();
    List<StoredTensor> stored = new ArrayList<>();
    List<ParallelDecoder.Target> places = new ArrayList<>();
    Map<String, Tensor> elsewhere = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> target : targets.entrySet()) {
      StoredTensor tensor = requireFits(find(target.getKey()));
      View view = target.getValue().view();
      if (!view.shape().equals(Shape.of(dims(tensor.entry().shape())))) {
        throw file.fail("tensor %s does not fit into %s".formatted(tensor.entry(), view.shape()));
      }
      if (view.buffer().backend() == Backends.cpu() && view.layout().isRowMajor()) {
        stored.add(tensor);
        places.add(new ParallelDecoder.Target(view.array(), view.offset()));
      } else {
        elsewhere.put(target.getKey(), target.getValue());
      }
    }
    decoding(() -> {
      ParallelDecoder.decode(stored, file, places);
      return places;
    });
    for (Map.Entry<String, Tensor> target : elsewhere.entrySet()) {
      target.getValue().assign(read(target.getKey()));
    }
    targets.values().forEach(tensor -> tensor.view().buffer().changed());
  }

  /**
   * Reads one tensor as float32.
   *
   * @param name its name in {@link #entries()}
   * @throws WeightFormatException if there is none of that name, or it is too large for one Java
   *     array (more than 2^31 - 9 elements, or a dimension of more)
   * @throws IllegalStateException if the file is closed
   */
  public Tensor read(String name) throws WeightFormatException {
    return tensor(new ParallelDecoder.Target(decode(name), 0), find(name).entry().shape());
  }

  /** The array is ours alone, so the tensor may have it as it is. */
  private static Tensor tensor(ParallelDecoder.Target values, long[] shape) {
    Layout layout = Layout.rowMajor(Shape.of(dims(shape))).at(values.offset());
    return Tensor.of(new View(Backends.cpu().wrap(values.array()), layout));
  }

  private static int[] dims(long[] shape) {
    return Arrays.stream(shape).mapToInt(size -> (int) size).toArray();
  }

  private StoredTensor find(String name) throws WeightFormatException {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw file.fail("holds no tensor \"" + name + "\"; entries() lists those that it has");
    }
    return tensor;
  }

  /** The values of one tensor in row-major order, its shape fitting into ints. */
  float[] decode(String name) throws WeightFormatException {
    StoredTensor tensor = find(name);
    requireOpen();
    return decoding(() -> requireFits(tensor).mapped().decode());
  }

  /** One tensor as the file's reader described it. */
  StoredTensor stored(String name) throws WeightFormatException {
    return find(name);
  }

  /** The elements of one tensor as they are stored. */
  StoredTensor.Mapped mapped(String name) throws WeightFormatException {
    StoredTensor tensor = find(name);
    requireOpen();
    return decoding(tensor::mapped);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(file.name() + " is closed");
    }
  }

  private StoredTensor requireFits(StoredTensor tensor) throws WeightFormatException {
    if (!fits(tensor.entry())) {
      throw file.fail(
          "tensor " + tensor.entry() + " has more elements than fit into one array, 2^31 - 9");
    }
    return tensor;
  }

  private static boolean fits(WeightEntry entry) {
    return entry.numel() <= LARGEST
        && Arrays.stream(entry.shape()).allMatch(size -> size <= LARGEST);
  }

  private interface Decoding<T> {
    T run() throws WeightFormatException;
  }

  private <T> T decoding(Decoding<T> body) throws WeightFormatException {
    try {
      return body.run();
    } catch (InternalError e) {
      // How a mapped file shows that another program has shortened it meanwhile.
      throw new WeightFormatException(file.name(), "changed while it was being read", e);
    }
  }

  /** Lets go of the file. Tensors that were read stay as they are. */
  @Override
  public void close() {
    closed = true;
    file.close();
  }

  /** One line about the file, then one for each tensor. */
  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(
            "%s, %d tensors, %,d values: %s"
                .formatted(format, entries.size(), numel(), file.name()));
    for (WeightEntry entry : entries) {
      text.append("\n  ").append(entry);
    }
    return text.toString();
  }
}
