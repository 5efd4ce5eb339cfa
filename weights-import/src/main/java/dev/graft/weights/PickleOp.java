package dev.graft.weights;

import dev.graft.weights.Pickled.Dict;
import dev.graft.weights.Pickled.None;
import dev.graft.weights.Pickled.PyList;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * The table of the pickle opcodes that are accepted, each with what it does.
 *
 * <p>They are those of protocols 2 to 5 that build plain data. Missing on purpose: the text opcodes
 * of protocol 0, INST and OBJ, the extension registry, and out-of-band buffers, none of which
 * torch.save writes.
 */
enum PickleOp {
  PROTO(0x80, m -> m.protocol(m.in.u8())),
  FRAME(0x95, m -> m.in.require(m.in.i64())),
  STOP('.', PickleMachine::stop),

  MARK('(', PickleMachine::mark),
  POP('0', PickleMachine::discard),
  POP_MARK('1', PickleMachine::popMark),
  DUP('2', m -> m.push(m.top())),

  NONE('N', m -> m.push(None.NONE)),
  NEWTRUE(0x88, m -> m.push(Boolean.TRUE)),
  NEWFALSE(0x89, m -> m.push(Boolean.FALSE)),
  BININT('J', m -> m.push((long) m.in.i32())),
  BININT1('K', m -> m.push((long) m.in.u8())),
  BININT2('M', m -> m.push((long) m.in.u16())),
  LONG1(0x8a, m -> m.push(integer(m, m.in.u8()))),
  LONG4(0x8b, m -> m.push(integer(m, m.in.u32()))),
  BINFLOAT('G', m -> m.push(m.in.bigEndianDouble())),

  SHORT_BINSTRING('U', m -> m.push(latin1(m, m.in.u8()))),
  BINSTRING('T', m -> m.push(latin1(m, m.in.u32()))),
  SHORT_BINUNICODE(0x8c, m -> m.push(m.in.utf8(m.in.u8()))),
  BINUNICODE('X', m -> m.push(m.in.utf8(m.in.u32()))),
  BINUNICODE8(0x8d, m -> m.push(m.in.utf8(m.in.i64()))),
  SHORT_BINBYTES('C', m -> m.push(m.in.bytes(m.in.u8()))),
  BINBYTES('B', m -> m.push(m.in.bytes(m.in.u32()))),
  BINBYTES8(0x8e, m -> m.push(m.in.bytes(m.in.i64()))),
  BYTEARRAY8(0x96, m -> m.push(m.in.bytes(m.in.i64()))),

  EMPTY_TUPLE(')', m -> m.pushTuple(0)),
  TUPLE1(0x85, m -> m.pushTuple(1)),
  TUPLE2(0x86, m -> m.pushTuple(2)),
  TUPLE3(0x87, m -> m.pushTuple(3)),
  TUPLE('t', PickleMachine::tupleFromMark),
  EMPTY_LIST(']', m -> m.push(new PyList(), 40)),
  APPEND('a', m -> m.append(1)),
  APPENDS('e', m -> m.append(m.countToMark())),
  EMPTY_DICT('}', m -> m.push(new Dict(), 72)),
  SETITEM('s', m -> m.setItems(2)),
  SETITEMS('u', m -> m.setItems(m.countToMark())),
  EMPTY_SET(0x8f, m -> m.push(AllowList.SET)),
  ADDITEMS(0x90, m -> m.append(m.countToMark())),
  FROZENSET(0x91, PickleMachine::frozenSet),

  BINPUT('q', m -> m.memoize(m.in.u8())),
  LONG_BINPUT('r', m -> m.memoize(m.in.u32())),
  MEMOIZE(0x94, PickleMachine::memoizeNext),
  BINGET('h', m -> m.recall(m.in.u8())),
  LONG_BINGET('j', m -> m.recall(m.in.u32())),

  GLOBAL('c', m -> m.global(m.in.line(), m.in.line())),
  STACK_GLOBAL(0x93, PickleMachine::stackGlobal),
  REDUCE('R', PickleMachine::reduce),
  NEWOBJ(0x81, PickleMachine::newObject),
  NEWOBJ_EX(0x92, PickleMachine::newObjectWithKeywords),
  BUILD('b', PickleMachine::build),
  BINPERSID('Q', PickleMachine::persistentId);

  /** Python's own integers stop being plausible long before; hashing longer ones could be slow. */
  private static final int LONGEST_INTEGER = 256;

  private static final PickleOp[] BY_CODE = new PickleOp[256];

  static {
    for (PickleOp op : values()) {
      BY_CODE[op.code] = op;
    }
  }

  private final int code;
  private final Action action;

  PickleOp(int code, Action action) {
    this.code = code;
    this.action = action;
  }

  /** What an opcode does to the machine. */
  @FunctionalInterface
  private interface Action {
    void run(PickleMachine machine) throws WeightFormatException;
  }

  /** The opcode of that byte, or null where it is none that is accepted. */
  static PickleOp of(int code) {
    return BY_CODE[code];
  }

  void run(PickleMachine machine) throws WeightFormatException {
    action.run(machine);
  }

  /** Little-endian two's complement; no bytes at all mean 0. */
  private static Object integer(PickleMachine m, long length) throws WeightFormatException {
    if (length > LONGEST_INTEGER) {
      throw m.in.fail("its pickle holds an integer of " + length + " bytes");
    }
    byte[] bytes = m.in.bytes(length);
    for (int i = 0, j = bytes.length - 1; i < j; i++, j--) {
      byte swapped = bytes[i];
      bytes[i] = bytes[j];
      bytes[j] = swapped;
    }
    BigInteger value = bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private static String latin1(PickleMachine m, long length) throws WeightFormatException {
    m.in.charge(40);
    return new String(m.in.bytes(length), StandardCharsets.ISO_8859_1);
  }
}
