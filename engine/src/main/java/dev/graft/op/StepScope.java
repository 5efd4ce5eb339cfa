package dev.graft.op;

import dev.graft.backend.Buffer;
import dev.graft.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The buffers of tensors that operations make while a training step runs: they go back to the
 * backend when it ends. A buffer that went back throws when it is used, so a tensor that outlived
 * its step cannot give wrong numbers.
 */
public final class StepScope {
  private static final ScopedValue<StepScope> CURRENT = ScopedValue.newInstance();

  private final StepScope outer;
  private final Set<Buffer> made = Collections.newSetFromMap(new IdentityHashMap<>());

  private StepScope(StepScope outer) {
    this.outer = outer;
  }

  private static StepScope current() {
    return CURRENT.isBound() ? CURRENT.get() : null;
  }

  /** Runs {@code body}; a tensor that it returns is kept, as by {@link #keep}. */
  public static <T> T run(Supplier<T> body) {
    StepScope scope = new StepScope(current());
    try {
      T result = ScopedValue.where(CURRENT, scope).call(body::get);
      if (result instanceof Tensor t) {
        scope.made.remove(t.view().buffer());
      }
      return result;
    } finally {
      scope.made.forEach(b -> b.backend().release(b));
    }
  }

  /** Runs {@code body} as if no step ran: for what is made once and used in later steps too. */
  public static <T> T outside(Supplier<T> body) {
    return ScopedValue.where(CURRENT, null).call(body::get);
  }

  /** The tensor outlives the steps that run now. */
  public static void keep(Tensor t) {
    for (StepScope scope = current(); scope != null; scope = scope.outer) {
      scope.made.remove(t.view().buffer());
    }
  }

  /** A buffer was made for the result of an operation. */
  static void made(Buffer buffer) {
    StepScope scope = current();
    if (scope != null) {
      scope.made.add(buffer);
    }
  }
}
