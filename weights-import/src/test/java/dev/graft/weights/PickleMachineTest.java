package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.weights.Pickled.Dict;
import dev.graft.weights.Pickled.Inert;
import dev.graft.weights.Pickled.None;
import dev.graft.weights.Pickled.PyList;
import dev.graft.weights.Pickled.Tuple;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PickleMachineTest {
  @Test
  void plainValues() throws Exception {
    assertEquals(-2L, run(begin().op('J').i32(-2)));
    assertEquals(255L, run(begin().op('K', 255)));
    assertEquals(0xfffeL, run(begin().op('M', 0xfe, 0xff)));
    assertEquals(0L, run(begin().op(0x8a, 0)));
    assertEquals(-128L, run(begin().op(0x8a, 1, 0x80)));
    assertEquals(BigInteger.ONE.shiftLeft(64), run(begin().op(0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1)));
    assertEquals(1.5, run(begin().op('G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0)));
    assertEquals("é", run(begin().text("é")));
    assertEquals("é", run(begin().op('U', 1, 0xe9)));
    assertEquals("ab", run(begin().op(0x8c, 2, 'a', 'b')));
    assertEquals(None.NONE, run(begin().op('N')));
    assertEquals(true, run(begin().op(0x88)));
  }

  @Test
  void containersAndTheMemo() throws Exception {
    PyList list = (PyList) run(begin().op(']', 'q', 0, '(', 'K', 1, 'h', 0, 'e', 'N', 'a'));
    assertEquals(List.of(1L, list, None.NONE), list.items);
    Dict dict = (Dict) run(begin().op('}', '(').text("a").op('K', 1).text("a").op('K', 2, 'u'));
    assertEquals(2L, dict.items.get("a"));
    Tuple tuple = (Tuple) run(begin().op('K', 1, 'K', 2, 'K', 3, 0x87));
    assertEquals(List.of(1L, 2L, 3L), List.of(tuple.items));
    assertEquals(2L, run(begin().op('K', 1, 'K', 2, '0', '(', 'N', '1', '0', 'K', 2)));
    assertEquals(7L, run(begin().op('K', 7, 0x94, 'N', '0', '0', 'h', 0)));
  }

  @Test
  void ordinaryGlobalsHaveTheirMeaning() throws Exception {
    assertEquals(
        Set.of("k"),
        ((Dict)
                run(
                    begin()
                        .global("collections", "OrderedDict")
                        .op(']')
                        .text("k")
                        .op('N', 0x86, 'a', 0x85, 'R')))
            .items.keySet());
    Object size = run(begin().global("torch", "Size").numbers(2, 3).op(0x85, 'R'));
    assertEquals(List.of(2L, 3L), List.of(((Tuple) size).items));
    assertEquals(DType.BF16, run(begin().global("torch", "bfloat16")));
    Object bytes = run(begin().global("_codecs", "encode").text("é").text("latin1").op(0x86, 'R'));
    assertEquals((byte) 0xe9, ((byte[]) bytes)[0]);
  }

  @Test
  void unknownGlobalsAreInertWhateverIsDoneToThem() throws Exception {
    PickleBytes pickle = begin().global("argparse", "Namespace").op(')', 0x81);
    pickle.op('}').text("lr").op('K', 1, 's', 'b'); // BUILD
    pickle.text("k").op('N', 's').op('N', 'a').op('(', 'N', 'e'); // SETITEM, APPEND, APPENDS
    Inert inert = assertInstanceOf(Inert.class, run(pickle));
    assertEquals("argparse.Namespace", inert.name());
    assertEquals(Inert.Origin.INSTANCE, inert.origin());
    Object result = run(begin().text("numpy").text("ndarray").op(0x93, ')', 'R'));
    assertEquals(new Inert("numpy.ndarray", Inert.Origin.RESULT), result);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "posix system",
        "nt system",
        "os popen",
        "os.path join",
        "subprocess Popen",
        "builtins exec",
        "__builtin__ eval",
        "builtins __import__",
        "runpy _run_code",
        "torch.hub load",
        "torch load",
        "numpy.testing._private.utils runstring",
        "pip main",
        "code interact",
        "_pickle loads",
        "operator attrgetter",
        "importlib import_module",
        "webbrowser open"
      })
  void whatCouldRunCommandsIsRefusedOnSight(String global) {
    String[] name = global.split(" ");
    String message = refusal(begin().global(name[0], name[1]).op('0', 'N'));
    assertTrue(message.contains(name[0] + "." + name[1]), message);
    assertTrue(refusal(begin().text(name[0]).text(name[1]).op(0x93)).contains(name[1]));
  }

  @Test
  void wrongProgramsAreRefused() {
    refusal(new PickleBytes()); // STOP with nothing to return
    refusal(begin().op('t')); // no mark
    refusal(begin().op('(', 'u')); // no dict
    refusal(begin().op('N', '(', 0x85)); // takes what lies below the mark
    refusal(begin().op('}', '(', 'N', 'u')); // a key without a value
    refusal(begin().op(']', 'N', 'N', 's')); // SETITEM on a list
    refusal(begin().text("x").op('N', 'N', 's')); // SETITEM on a text
    refusal(begin().op('N', '(', 'N', 'N', 'u')); // SETITEMS on None
    refusal(begin().op('}', 'N', 'a')); // APPEND to a dict
    refusal(begin().op('N', 'N', 'b')); // BUILD on None
    refusal(begin().op('K', 1, ')', 'R')); // calls a number
    refusal(begin().global("collections", "OrderedDict").op('N', 'R')); // no argument tuple
    refusal(begin().global("collections", "OrderedDict").op('K', 1, 0x85, 'R'));
    refusal(begin().op('K', 1, 'K', 2, 0x93)); // STACK_GLOBAL of numbers
    refusal(begin().op('h', 3)); // never memoised
    refusal(begin().op('j').i32(-1));
    refusal(begin().op('N', 'r').i32(-1)); // memo entry 4294967295
    refusal(begin().op('i')); // INST
    refusal(begin().op('\\')); // no opcode at all
    refusal(new PickleBytes().op(0x80, 9, 'N'));
    refusal(begin().op('Q')); // BINPERSID of nothing
  }

  @Test
  void lengthsAreNotBelieved() {
    refusal(begin().op('X').i32(Integer.MAX_VALUE));
    refusal(begin().op('X').i32(-1));
    refusal(begin().op('T').i32(-1));
    refusal(begin().op('B').i32(Integer.MAX_VALUE));
    refusal(begin().op(0x8d).i64(Long.MAX_VALUE));
    refusal(begin().op(0x8d).i64(-1));
    refusal(begin().op(0x8e).i64(-5));
    refusal(begin().op(0x8b).i32(-1));
    refusal(begin().op(0x95).i64(Long.MAX_VALUE).op('N'));
    refusal(begin().op('c').raw(new byte[5000]));
    refusal(begin().op('c', 'a'));
  }

  @Test
  void nestingDoesNotOverflowTheStack() throws Exception {
    PickleBytes lists = begin();
    PickleBytes tuples = begin().op('N');
    for (int i = 0; i < 200_000; i++) {
      lists.op(']', 'K', i & 255, 'a');
      tuples.op(0x85, 'q', 0, '0', 'h', 0);
    }
    for (int i = 1; i < 200_000; i++) {
      lists.op('a');
    }
    assertInstanceOf(PyList.class, run(lists));
    assertInstanceOf(Tuple.class, run(tuples));
  }

  @Test
  void hashingATupleOfTuplesOfTuplesTakesNoTime() throws Exception {
    PickleBytes pickle = begin().op('}', 'N');
    for (int i = 0; i < 100; i++) {
      pickle.op('2', 0x86); // DUP, TUPLE2: 2^100 leaves
    }
    assertEquals(1, ((Dict) run(pickle.op('N', 's'))).items.size());
  }

  @Test
  void selfReferenceIsHarmless() throws Exception {
    Dict dict = (Dict) run(begin().op('}', 'q', 0).text("model").op('h', 0, 's'));
    assertEquals(dict, dict.items.get("model"));
  }

  @Test
  void copyingALongTextAgainAndAgainIsRefused() {
    PickleBytes pickle = begin().text("x".repeat(1 << 20)).op('q', 0, '0');
    for (int i = 0; i < 10_000; i++) {
      pickle.global("_codecs", "encode").op('h', 0, 'h', 0, 0x86, 'R', '0');
    }
    assertTrue(refusal(pickle.op('N')).contains("hostile"));
  }

  @Test
  void manyEmptyDictsAreRefused() {
    PickleBytes pickle = begin();
    for (int i = 0; i < 1 << 20; i++) {
      pickle.op('}');
    }
    assertTrue(refusal(pickle).contains("hostile"));
  }

  @Test
  void theStackDoesNotGrowForever() {
    byte[] copies = new byte[1 << 20];
    Arrays.fill(copies, (byte) '2'); // DUP
    assertTrue(refusal(begin().op('N').raw(copies)).contains("piles up"));
  }

  private static PickleBytes begin() {
    return PickleBytes.begin();
  }

  private static Object run(PickleBytes pickle) throws WeightFormatException {
    byte[] bytes = pickle.end();
    FileBytes file = FileBytes.of("test.pt", bytes);
    PickleCursor in = new PickleCursor(file, 0, bytes.length);
    return new PickleMachine(in, id -> id).run();
  }

  private static String refusal(PickleBytes pickle) {
    WeightFormatException e = assertThrows(WeightFormatException.class, () -> run(pickle));
    WeightBytes.assertMeant(e);
    return e.getMessage();
  }
}
