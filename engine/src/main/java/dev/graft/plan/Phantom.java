package dev.graft.plan;

import dev.graft.backend.Backend;
import dev.graft.backend.Buffer;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Tensor;

/**
 * Memory that is not there: what a traced value lies in. Tracing computes nothing, so whoever asks
 * for the numbers of a value that depends on the input is told that there are none yet.
 */
final class Phantom implements Buffer {
  private final Tracer tracer;
  private final Graph.Value value;
  private final Layout layout;
  private final Backend backend;

  Phantom(Tracer tracer, Graph.Value value, Layout layout, Backend backend) {
    this.tracer = tracer;
    this.value = value;
    this.layout = layout;
    this.backend = backend;
  }

  Tensor tensor() {
    return Tensor.of(new View(this, layout));
  }

  /** The value that a tensor in this buffer stands for. */
  Graph.Value value(Tensor seen, Tracer asking) {
    if (asking != tracer) {
      throw tracer.refuse(
          "a tensor of one trace is used in another: shape " + seen.shape() + "; keep none");
    }
    if (!seen.layout().equals(layout)) {
      throw tracer.refuse(
          "forward looks at "
              + value
              + " through a layout of its own: "
              + seen.layout()
              + "; use operations such as reshape and permute");
    }
    return value;
  }

  private UntraceableException unknown() {
    return tracer.refuse(
        "forward reads values that depend on the input: "
            + value
            + "; a plan is made before there are any, so run this network without one");
  }

  private UntraceableException overwritten() {
    return tracer.refuse(
        "forward overwrites a tensor that depends on the input: " + value + "; make a new one");
  }

  @Override
  public int length() {
    return layout.numel();
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public int changes() {
    return 0;
  }

  @Override
  public void changed() {
    throw overwritten();
  }

  @Override
  public float[] array() {
    throw unknown();
  }

  @Override
  public void read(int offset, float[] target, int targetOffset, int count) {
    throw unknown();
  }

  @Override
  public void write(int offset, float[] source, int sourceOffset, int count) {
    throw overwritten();
  }
}
