package dev.graft.weights;

import dev.graft.weights.Pickled.Dict;
import dev.graft.weights.Pickled.Function;
import dev.graft.weights.Pickled.Inert;
import dev.graft.weights.Pickled.Tuple;
import java.util.Arrays;
import java.util.Set;

/**
 * A tensor as a checkpoint describes it: a view of a storage.
 *
 * @param storage where the elements are
 * @param dtype the type of the elements
 * @param offset the first element's index in the storage
 * @param size the shape
 * @param stride for each dimension the distance between neighbours, in elements
 */
record TorchTensor(TorchStorage storage, DType dtype, long offset, long[] size, long[] stride) {
  private static final Set<String> REBUILDERS =
      Set.of(
          "torch._utils._rebuild_tensor",
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_tensor_v3");

  /**
   * {@code _rebuild_tensor(storage, offset, size, stride)}; its second version adds requires_grad,
   * hooks and, optionally, metadata; the third adds the dtype before the metadata.
   *
   * @return the tensor, or the marker that the storage turned out to be
   */
  static Object rebuild(Object[] arguments, PickleCursor at) throws WeightFormatException {
    if (arguments.length < 4 || arguments.length > 8) {
      throw at.fail("its pickle rebuilds a tensor from " + arguments.length + " values");
    }
    if (arguments[0] instanceof Inert unknown) {
      return unknown;
    }
    if (!(arguments[0] instanceof TorchStorage storage)
        || !(arguments[1] instanceof Long offset)
        || !(arguments[2] instanceof Tuple sizes)
        || !(arguments[3] instanceof Tuple strides)) {
      throw at.fail("its pickle rebuilds a tensor from something else than a storage and a shape");
    }
    Object type = arguments.length > 6 ? arguments[6] : null;
    if (type instanceof Inert unknown) {
      return new Inert(unknown.name(), Inert.Origin.RESULT);
    }
    if (isLazy(arguments[arguments.length - 1])) {
      throw at.fail("a tensor is saved negated or conjugated; save tensor.resolve_neg() instead");
    }
    DType dtype = type instanceof DType named ? named : storage.dtype();
    if (dtype == null) {
      throw at.fail("its pickle does not say of what type a tensor's elements are");
    }
    at.charge(64 + 16L * sizes.items.length);
    TorchTensor tensor =
        new TorchTensor(
            storage, dtype, offset, numbers(sizes, "size", at), numbers(strides, "stride", at));
    String problem = tensor.problem();
    if (problem != null) {
      throw at.fail(problem);
    }
    return tensor;
  }

  /** {@code Parameter(data, requires_grad)} and the functions that rebuild one: the data counts. */
  static Object parameter(Object[] arguments, PickleCursor at) throws WeightFormatException {
    Object data = arguments.length == 0 ? null : arguments[0];
    if (!(data instanceof TorchTensor || data instanceof Inert)) {
      throw at.fail("its pickle makes a parameter of something that is no tensor");
    }
    return data;
  }

  /** {@code _rebuild_from_type_v2(function, type, arguments, state)}: subclasses of Tensor. */
  static Object rebuildFromType(Object[] arguments, PickleCursor at) throws WeightFormatException {
    if (arguments.length != 4 || !(arguments[2] instanceof Tuple inner)) {
      throw at.fail("its pickle rebuilds a tensor from " + arguments.length + " values");
    }
    // Only the plain functions: one that could name itself here could nest without end.
    if (arguments[0] instanceof Function function && REBUILDERS.contains(function.name())) {
      return rebuild(inner.items, at);
    }
    String name =
        switch (arguments[0]) {
          case Inert unknown -> unknown.name();
          case Function function -> function.name();
          default -> "something that is no function";
        };
    return new Inert(name, Inert.Origin.RESULT);
  }

  /** torch marks a view that still has to be negated or conjugated in the last argument. */
  private static boolean isLazy(Object metadata) {
    return metadata instanceof Dict dict
        && (Boolean.TRUE.equals(dict.items.get("neg"))
            || Boolean.TRUE.equals(dict.items.get("conj")));
  }

  private static long[] numbers(Tuple tuple, String what, PickleCursor at)
      throws WeightFormatException {
    if (tuple.items.length > Strided.MAX_RANK) {
      throw at.fail("a tensor has " + tuple.items.length + " dimensions");
    }
    long[] numbers = new long[tuple.items.length];
    for (int i = 0; i < numbers.length; i++) {
      if (!(tuple.items[i] instanceof Long number)) {
        throw at.fail("a tensor's " + what + " holds something that is no number");
      }
      numbers[i] = number;
    }
    return numbers;
  }

  /** A view of a storage that has a type of its own. */
  static TorchTensor checked(
      TorchStorage storage, long offset, long[] size, long[] stride, FileBytes file)
      throws WeightFormatException {
    if (storage.dtype() == null) {
      throw file.fail("a tensor's storage does not say of what type its elements are");
    }
    TorchTensor tensor = new TorchTensor(storage, storage.dtype(), offset, size, stride);
    String problem = tensor.problem();
    if (problem != null) {
      throw file.fail(problem);
    }
    return tensor;
  }

  /** Everything that the tensor reaches lies in its storage; or else a word on why not. */
  private String problem() {
    long itemSize = storage.dtype() == null ? dtype.bytes() : 1;
    String problem = Strided.problem(storage.numel() / itemSize, offset, size, stride);
    if (storage.dtype() != null && storage.dtype() != dtype) {
      problem = "it is " + dtype + ", its storage " + storage.dtype();
    }
    return problem == null
        ? null
        : "a tensor of size %s, stride %s, offset %,d does not fit its storage: %s"
            .formatted(Arrays.toString(size), Arrays.toString(stride), offset, problem);
  }
}
