package dev.graft.backend.opencl;

import dev.graft.backend.Backend;
import dev.graft.backend.Buffer;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.View;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * A device seen through Java arrays: each kernel's operands are sent there before it runs and
 * fetched, whole, afterwards. So tests that look into arrays run on it, and see every write.
 */
final class HostMirror implements InvocationHandler {
  private final Backend device;
  private final Backend self;

  private HostMirror(Backend device) {
    this.device = device;
    this.self = proxy(Backend.class, this);
  }

  static Backend of(Backend device) {
    return new HostMirror(device).self;
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(HostMirror.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
    return switch (method.getName()) {
      case "wrap" -> new HostBuffer((float[]) args[0], self);
      case "allocate", "allocateZeroed" -> new HostBuffer(new float[(int) args[0]], self);
      case "release" -> null;
      case "equals" -> proxy == args[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> {
        Object result = call(device, method, args);
        yield method.getReturnType().isInterface()
            ? proxy(method.getReturnType(), (p, m, a) -> mirrored(result, m, a))
            : result;
      }
    };
  }

  private Object mirrored(Object kernels, Method method, Object[] args) throws Throwable {
    Map<float[], Buffer> sent = new IdentityHashMap<>();
    Object[] there = args.clone();
    for (int i = 0; i < there.length; i++) {
      if (there[i] instanceof View view) {
        Buffer buffer = sent.computeIfAbsent(view.array(), device::wrap);
        there[i] = new View(buffer, view.layout());
      }
    }
    Object result = call(kernels, method, there);
    sent.forEach((array, buffer) -> {
      buffer.read(0, array, 0, array.length);
      device.release(buffer);
    });
    return result;
  }

  private static Object call(Object target, Method method, Object[] args) throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
