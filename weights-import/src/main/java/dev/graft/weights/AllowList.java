package dev.graft.weights;

import dev.graft.weights.Pickled.Dict;
import dev.graft.weights.Pickled.Function;
import dev.graft.weights.Pickled.Inert;
import dev.graft.weights.Pickled.PyList;
import dev.graft.weights.Pickled.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The Python names that mean something in a checkpoint, and what they mean.
 *
 * <p>A name that is not in the table becomes an {@link Inert} marker. Checkpoints are full of such
 * names (an optimiser's, argparse's, numpy's), and they do no harm, since a marker cannot be run.
 * The names that nobody needs but to run commands or to touch files are refused on sight all the
 * same: whoever put them there meant harm, and the rest of such a file deserves no trust either.
 */
final class AllowList {
  /** Stands for every set: nothing that is read from a checkpoint is ever in one. */
  static final Inert SET = new Inert("builtins.set", Inert.Origin.INSTANCE);

  private static final Set<String> HOSTILE_MODULES =
      Set.of(
          "os",
          "posix",
          "nt",
          "sys",
          "subprocess",
          "commands",
          "pty",
          "runpy",
          "importlib",
          "imp",
          "pkgutil",
          "codeop",
          "shutil",
          "socket",
          "socketserver",
          "ctypes",
          "_ctypes",
          "webbrowser",
          "timeit",
          "pdb",
          "bdb",
          "cProfile",
          "doctest",
          "pydoc",
          "pip",
          "ensurepip",
          "venv",
          "http",
          "httplib",
          "urllib",
          "urllib2",
          "requests",
          "aiohttp",
          "asyncio",
          "ftplib",
          "smtplib",
          "telnetlib",
          "xmlrpc",
          "pickle",
          "_pickle",
          "cPickle",
          "marshal",
          "shelve",
          "sqlite3");

  /** Of modules that checkpoints may name, what runs code or opens files all the same. */
  private static final Set<String> HOSTILE_GLOBALS =
      Set.of(
          "code.interact",
          "code.InteractiveConsole",
          "code.InteractiveInterpreter",
          "operator.methodcaller",
          "operator.attrgetter",
          "torch.load",
          "torch.serialization.load",
          "torch.jit.load",
          "torch.hub.load",
          "torch.hub.load_state_dict_from_url",
          "torch.hub.download_url_to_file",
          "torch.utils.cpp_extension.load",
          "torch.utils.cpp_extension.load_inline",
          "torch.utils.collect_env.run",
          "torch._inductor.codecache.compile_file",
          "torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression",
          "numpy.load",
          "numpy.testing._private.utils.runstring",
          "numpy.testing._private.utils.rundocs",
          "numpy.f2py.compile",
          "dill.loads",
          "joblib.load",
          "cloudpickle.loads");

  private static final Set<String> HOSTILE_BUILTINS =
      Set.of(
          "eval",
          "exec",
          "execfile",
          "compile",
          "open",
          "file",
          "input",
          "breakpoint",
          "apply",
          "__import__");

  /** What stands beside weights in checkpoints: when and where they were made, and how good. */
  private static final List<String> HARMLESS =
      List.of(
          "builtins.bytearray",
          "__builtin__.bytearray",
          "builtins.complex",
          "__builtin__.complex",
          "builtins.range",
          "__builtin__.xrange",
          "builtins.slice",
          "__builtin__.slice",
          "datetime.date",
          "datetime.datetime",
          "datetime.time",
          "datetime.timedelta",
          "datetime.timezone",
          "decimal.Decimal",
          "fractions.Fraction",
          "numpy.core.multiarray.scalar",
          "numpy._core.multiarray.scalar",
          "numpy.dtype",
          "pathlib.Path",
          "pathlib.PosixPath",
          "pathlib.PurePath",
          "pathlib.PurePosixPath",
          "pathlib.PureWindowsPath",
          "pathlib.WindowsPath",
          "pathlib._local.Path",
          "pathlib._local.PosixPath",
          "pathlib._local.WindowsPath",
          "uuid.UUID");

  private static final Map<String, Object> TABLE = new HashMap<>();

  static {
    function("collections.OrderedDict", AllowList::orderedDict);
    function("torch._utils._rebuild_tensor", TorchTensor::rebuild);
    function("torch._utils._rebuild_tensor_v2", TorchTensor::rebuild);
    function("torch._utils._rebuild_tensor_v3", TorchTensor::rebuild);
    function("torch._utils._rebuild_parameter", TorchTensor::parameter);
    function("torch._utils._rebuild_parameter_with_state", TorchTensor::parameter);
    function("torch._tensor._rebuild_from_type_v2", TorchTensor::rebuildFromType);
    function("torch.nn.parameter.Parameter", TorchTensor::parameter);
    function("torch.Size", AllowList::size);
    function("torch.device", (arguments, at) -> new Inert("torch.device", Inert.Origin.INSTANCE));
    function("_codecs.encode", AllowList::encode);
    function("collections.defaultdict", (arguments, at) -> orderedDict(new Object[0], at));
    for (String builtins : List.of("builtins", "__builtin__")) {
      function(builtins + ".set", (arguments, at) -> SET);
      function(builtins + ".frozenset", (arguments, at) -> SET);
    }
    HARMLESS.forEach(AllowList::harmless);

    storage("BoolStorage", DType.BOOL);
    storage("ByteStorage", DType.U8);
    storage("CharStorage", DType.I8);
    storage("ShortStorage", DType.I16);
    storage("IntStorage", DType.I32);
    storage("LongStorage", DType.I64);
    storage("HalfStorage", DType.F16);
    storage("BFloat16Storage", DType.BF16);
    storage("FloatStorage", DType.F32);
    storage("DoubleStorage", DType.F64);
    TABLE.put(
        "torch.UntypedStorage", new TorchStorage.Type("torch.UntypedStorage", null, 1, false));
    TABLE.put("torch.storage.UntypedStorage", TABLE.get("torch.UntypedStorage"));
    opaqueStorage("ComplexFloatStorage", 8);
    opaqueStorage("ComplexDoubleStorage", 16);
    opaqueStorage("QInt8Storage", 1);
    opaqueStorage("QUInt8Storage", 1);
    opaqueStorage("QInt32Storage", 4);

    dtype(DType.BOOL, "bool");
    dtype(DType.U8, "uint8");
    dtype(DType.I8, "int8");
    dtype(DType.I16, "int16", "short");
    dtype(DType.U16, "uint16");
    dtype(DType.I32, "int32", "int");
    dtype(DType.U32, "uint32");
    dtype(DType.I64, "int64", "long");
    dtype(DType.U64, "uint64");
    dtype(DType.F8_E4M3, "float8_e4m3fn");
    dtype(DType.F8_E5M2, "float8_e5m2");
    dtype(DType.F16, "float16", "half");
    dtype(DType.BF16, "bfloat16");
    dtype(DType.F32, "float32", "float");
    dtype(DType.F64, "float64", "double");
  }

  private AllowList() {}

  /**
   * What the global {@code module.name} stands for.
   *
   * @throws WeightFormatException where it is one that only hostile files hold
   */
  static Object find(String module, String name, PickleCursor at) throws WeightFormatException {
    String global = module + "." + name;
    Object meaning = TABLE.get(global);
    if (meaning != null) {
      return meaning;
    }
    String root = module.substring(0, (module + ".").indexOf('.'));
    boolean builtin = module.equals("builtins") || module.equals("__builtin__");
    if (HOSTILE_MODULES.contains(root)
        || HOSTILE_GLOBALS.contains(global)
        || builtin && HOSTILE_BUILTINS.contains(name)) {
      throw at.fail(
          "refused: its pickle names "
              + global
              + ", which no weights need and which could run commands; nothing was run."
              + " Do not open this file in Python");
    }
    at.charge(40 + global.length());
    return new Inert(global, Inert.Origin.REFERENCE);
  }

  private static void function(String global, Function.Body body) {
    TABLE.put(global, new Function(global, body));
  }

  /** A function whose result is no tensor, so that nobody misses it. */
  private static void harmless(String global) {
    function(global, (arguments, at) -> new Inert(global, Inert.Origin.INSTANCE));
  }

  private static void storage(String name, DType dtype) {
    TABLE.put("torch." + name, new TorchStorage.Type("torch." + name, dtype, dtype.bytes(), false));
  }

  /** Their sizes must be known, since in the older format other storages follow them. */
  private static void opaqueStorage(String name, int itemSize) {
    TABLE.put("torch." + name, new TorchStorage.Type("torch." + name, null, itemSize, true));
  }

  private static void dtype(DType dtype, String... names) {
    for (String name : names) {
      TABLE.put("torch." + name, dtype);
    }
  }

  private static Object orderedDict(Object[] arguments, PickleCursor at)
      throws WeightFormatException {
    at.charge(72);
    Dict dict = new Dict();
    if (arguments.length == 0) {
      return dict;
    }
    if (arguments.length > 1 || !(arguments[0] instanceof PyList pairs)) {
      throw at.fail("its pickle makes an OrderedDict of something that is no list of pairs");
    }
    for (Object pair : pairs.items) {
      Object[] items = items(pair);
      if (items == null || items.length != 2) {
        throw at.fail("its pickle makes an OrderedDict of something that is no list of pairs");
      }
      PickleMachine.put(dict, items[0], items[1], at);
    }
    return dict;
  }

  private static Object size(Object[] arguments, PickleCursor at) throws WeightFormatException {
    Object[] sizes = arguments.length == 1 ? items(arguments[0]) : null;
    if (sizes == null) {
      throw at.fail("its pickle makes a torch.Size of something that is no tuple");
    }
    at.charge(40 + 4L * sizes.length);
    return new Tuple(sizes.clone());
  }

  /** Python 2's way to write bytes: text in which each character stands for one byte. */
  private static Object encode(Object[] arguments, PickleCursor at) throws WeightFormatException {
    if (arguments.length == 0 || !(arguments[0] instanceof String text)) {
      throw at.fail("its pickle encodes something that is no text");
    }
    at.charge(16L + text.length());
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Object[] items(Object value) {
    return switch (value) {
      case Tuple tuple -> tuple.items;
      case PyList list -> list.items.toArray();
      default -> null;
    };
  }
}
