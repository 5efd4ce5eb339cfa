package dev.graft.weights;

import dev.graft.weights.Pickled.Dict;
import dev.graft.weights.Pickled.Function;
import dev.graft.weights.Pickled.Inert;
import dev.graft.weights.Pickled.PyList;
import dev.graft.weights.Pickled.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a pickle without being able to run anything.
 *
 * <p>A pickle is a program for a small stack machine, and Python's own machine lets it call any
 * function that it can name. Here a name is looked up in the {@link AllowList}: what stands there
 * has a body written in this package; everything else becomes an {@link Inert} marker that ignores
 * whatever is done to it. There is no reflection and no class loading behind any opcode.
 *
 * <p>Nothing here recurses, so that no nesting overflows the stack, and every instruction's cost is
 * bounded by the bytes that it was read from or charged to the {@link PickleCursor}.
 */
final class PickleMachine {
  /** Comparing longer keys again and again could take long; real keys are names. */
  private static final int LONGEST_KEY = 1 << 14;

  private static final int LARGEST_MEMO = 1 << 28;

  /** Python fills lists and dicts in batches of a thousand; only tuples are written whole. */
  private static final int DEEPEST_STACK = 1 << 20;

  final PickleCursor in;

  private final PersistentIds ids;
  private final List<Object> stack = new ArrayList<>();
  private int[] marks = new int[16];
  private int markCount;
  private Object[] memo = new Object[64];
  private int memoSize;
  private boolean stopped;

  /** Turns a persistent id into what it stands for: in torch's pickles, a storage. */
  @FunctionalInterface
  interface PersistentIds {
    Object load(Object id) throws WeightFormatException;
  }

  PickleMachine(PickleCursor in, PersistentIds ids) {
    this.in = in;
    this.ids = ids;
  }

  /** Runs up to the pickle's STOP and returns the one object that it describes. */
  Object run() throws WeightFormatException {
    while (!stopped) {
      int code = in.u8();
      PickleOp op = PickleOp.of(code);
      if (op == null) {
        throw in.fail(
            "byte %,d of its pickle is 0x%02x, no instruction that is accepted; it looks damaged"
                .formatted(in.consumed() - 1, code));
      }
      op.run(this);
    }
    return pop();
  }

  void protocol(int version) throws WeightFormatException {
    if (version < 2 || version > 5) {
      throw in.fail("its pickle claims protocol " + version + ", where 2 to 5 can be read");
    }
  }

  void stop() {
    stopped = true;
  }

  // The stack

  void push(Object value) throws WeightFormatException {
    if (stack.size() == DEEPEST_STACK) {
      throw in.fail("its pickle piles up more than " + DEEPEST_STACK + " values; refused");
    }
    stack.add(value);
  }

  void push(Object value, int cost) throws WeightFormatException {
    in.charge(cost);
    push(value);
  }

  Object top() throws WeightFormatException {
    requireOnStack(1);
    return stack.getLast();
  }

  Object pop() throws WeightFormatException {
    requireOnStack(1);
    return stack.removeLast();
  }

  void mark() throws WeightFormatException {
    if (markCount == marks.length) {
      marks = Arrays.copyOf(marks, 2 * markCount);
    }
    marks[markCount++] = stack.size();
  }

  /** Takes the last item away, or the mark where that came last, as Python does. */
  void discard() throws WeightFormatException {
    if (markCount > 0 && marks[markCount - 1] == stack.size()) {
      markCount--;
    } else {
      pop();
    }
  }

  void popMark() throws WeightFormatException {
    drop(countToMark());
  }

  /** How many items lie above the last mark, which is taken away. */
  int countToMark() throws WeightFormatException {
    if (markCount == 0) {
      throw in.fail("its pickle uses a mark that it never set; it looks damaged");
    }
    return stack.size() - marks[--markCount];
  }

  /** Items below the last mark are out of reach. */
  private void requireOnStack(int count) throws WeightFormatException {
    int floor = markCount == 0 ? 0 : marks[markCount - 1];
    if (stack.size() - floor < count) {
      throw in.fail("its pickle takes more from the stack than is there; it looks damaged");
    }
  }

  private void drop(int count) {
    stack.subList(stack.size() - count, stack.size()).clear();
  }

  private List<Object> last(int count) {
    return stack.subList(stack.size() - count, stack.size());
  }

  // The memo

  /** An honest pickle numbers its memo densely, and each entry takes at least a byte. */
  void memoize(long index) throws WeightFormatException {
    if (index > Math.min(in.consumed(), LARGEST_MEMO)) {
      throw in.fail("its pickle numbers a memo entry " + index + "; it looks damaged");
    }
    int slot = (int) index;
    if (slot >= memo.length) {
      memo = Arrays.copyOf(memo, Math.max(slot + 1, 2 * memo.length));
    }
    memo[slot] = top();
    memoSize++;
  }

  void memoizeNext() throws WeightFormatException {
    memoize(memoSize);
  }

  void recall(long index) throws WeightFormatException {
    Object value = index < memo.length ? memo[(int) index] : null;
    if (value == null) {
      throw in.fail("its pickle asks for memo entry " + index + ", which it never set");
    }
    push(value);
  }

  // Containers

  void pushTuple(int count) throws WeightFormatException {
    requireOnStack(count);
    in.charge(40 + 4L * count);
    Tuple tuple = new Tuple(last(count).toArray());
    drop(count);
    push(tuple);
  }

  void tupleFromMark() throws WeightFormatException {
    pushTuple(countToMark());
  }

  void frozenSet() throws WeightFormatException {
    popMark();
    push(AllowList.SET);
  }

  /** APPEND, APPENDS and ADDITEMS: {@code count} items onto the list below them. */
  void append(int count) throws WeightFormatException {
    requireOnStack(count + 1);
    Object target = stack.get(stack.size() - count - 1);
    if (target instanceof PyList list) {
      in.charge(8L * count);
      list.items.addAll(last(count));
    } else if (!(target instanceof Inert)) {
      throw in.fail("its pickle appends to something that is no list; refused");
    }
    drop(count);
  }

  /**
   * SETITEM and SETITEMS: keys and values by turns into the dict below them. In torch's own
   * restricted reader any object took them, which let files corrupt its memory (CVE-2026-24747).
   */
  void setItems(int count) throws WeightFormatException {
    requireOnStack(count + 1);
    if (count % 2 != 0) {
      throw in.fail("its pickle has a key without a value; it looks damaged");
    }
    Object target = stack.get(stack.size() - count - 1);
    if (target instanceof Dict dict) {
      List<Object> pairs = last(count);
      for (int i = 0; i < count; i += 2) {
        put(dict, pairs.get(i), pairs.get(i + 1), in);
      }
    } else if (!(target instanceof Inert)) {
      throw in.fail("its pickle sets items of something that is no dict; refused");
    }
    drop(count);
  }

  static void put(Dict dict, Object key, Object value, PickleCursor in)
      throws WeightFormatException {
    if (key instanceof String text && text.length() > LONGEST_KEY) {
      throw in.fail("its pickle holds a key of " + text.length() + " characters");
    }
    in.charge(64);
    dict.items.put(key, value);
  }

  // Names and calls

  void global(String module, String name) throws WeightFormatException {
    push(AllowList.find(module, name, in), 48);
  }

  void stackGlobal() throws WeightFormatException {
    Object name = pop();
    Object module = pop();
    if (!(name instanceof String n) || !(module instanceof String m)) {
      throw in.fail("its pickle names a global by something that is no text; refused");
    }
    global(m, n);
  }

  void reduce() throws WeightFormatException {
    Object arguments = pop();
    Object callee = pop();
    push(call(callee, arguments, Inert.Origin.RESULT));
  }

  void newObject() throws WeightFormatException {
    Object arguments = pop();
    Object type = pop();
    push(call(type, arguments, Inert.Origin.INSTANCE));
  }

  void newObjectWithKeywords() throws WeightFormatException {
    pop();
    newObject();
  }

  private Object call(Object callee, Object arguments, Inert.Origin origin)
      throws WeightFormatException {
    if (!(arguments instanceof Tuple tuple)) {
      throw in.fail("its pickle calls something with arguments that are no tuple; refused");
    }
    in.charge(32);
    return switch (callee) {
      case Function function -> function.body().call(tuple.items, in);
      case Inert inert -> new Inert(inert.name(), origin);
      default -> throw in.fail("its pickle calls something that is no function; refused");
    };
  }

  /**
   * Takes an object's state away. Markers have none, and the state of tensors and dicts (hooks, the
   * versions that an OrderedDict's {@code _metadata} holds) does not matter to their values.
   */
  void build() throws WeightFormatException {
    pop();
    Object target = top();
    if (!(target instanceof Inert || target instanceof Dict || target instanceof TorchTensor)) {
      throw in.fail("its pickle sets the state of something that has none; refused");
    }
  }

  void persistentId() throws WeightFormatException {
    Object id = pop();
    in.charge(64);
    push(ids.load(id));
  }
}
