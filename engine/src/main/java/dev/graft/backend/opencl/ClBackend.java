package dev.graft.backend.opencl;

import dev.graft.backend.Backend;
import dev.graft.backend.Buffer;
import dev.graft.backend.ConvKernels;
import dev.graft.backend.CopyKernels;
import dev.graft.backend.DeviceException;
import dev.graft.backend.ElementwiseKernels;
import dev.graft.backend.GroupNormKernels;
import dev.graft.backend.LineKernels;
import dev.graft.backend.LossKernels;
import dev.graft.backend.MatmulKernels;
import dev.graft.backend.NormKernels;
import dev.graft.backend.OptimizerKernels;
import dev.graft.backend.PoolKernels;
import dev.graft.backend.ReductionKernels;
import dev.graft.backend.ResampleKernels;
import dev.graft.backend.SoftmaxKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.HashMap;
import java.util.Map;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;

/**
 * Kernels in OpenCL C on one device, in float32. Calls return before they have been computed;
 * reading waits. The system property {@code graft.opencl.memory} bounds the bytes that are held, by
 * default nine tenths of the device's memory.
 */
public final class ClBackend implements Backend {
  /** Items in a group where nothing depends on it. */
  private static final int LINE_GROUP = 128;

  private final ClDevice device;
  private final cl_context context;
  private final ClQueue queue;
  private final ClProfile profile;
  private final ClPool pool;
  private final Map<String, ClProgram> programs = new HashMap<>();
  private final ClBuffer nothing;

  private final ElementwiseKernels elementwise = new ClElementwise(this);
  private final CopyKernels copies = new ClCopies(this);
  private final ReductionKernels reductions = new ClReductions(this);
  private final SoftmaxKernels softmax = new ClSoftmax(this);
  private final LineKernels lines = new ClLines(this);
  private final LossKernels losses = new ClLosses(this);
  private final MatmulKernels matmul = new ClMatmul(this);
  private final ConvKernels conv = new ClConv(this);
  private final PoolKernels pooling = new ClPooling(this);
  private final NormKernels norm = new ClNorm(this);
  private final GroupNormKernels groupNorm = new ClGroupNorm(this);
  private final ResampleKernels resample = new ClResample(this);
  private final OptimizerKernels optimizer = new ClOptimizer(this);

  /**
   * Opens the device, and compiles and runs a kernel on it.
   *
   * @throws DeviceException if that fails
   */
  ClBackend(ClDevice device) {
    this.device = device;
    try {
      cl_context_properties properties = new cl_context_properties();
      properties.addProperty(CL.CL_CONTEXT_PLATFORM, device.platform());
      context =
          CL.clCreateContext(properties, 1, new cl_device_id[] {device.id()}, null, null, null);
      profile = Boolean.getBoolean("graft.opencl.profile") ? new ClProfile() : null;
      queue = new ClQueue(context, device, profile);
    } catch (CLException e) {
      throw ClErrors.of("opening " + device.name(), e);
    }
    pool = new ClPool(context, device.name(), limit(device), device.largest());
    nothing = new ClBuffer(this, 1);
    tryOut();
  }

  private static long limit(ClDevice device) {
    String given = System.getProperty("graft.opencl.memory", "");
    if (given.isEmpty()) {
      return device.memory() / 10 * 9;
    }
    if (!given.matches("[1-9]\\d{0,17}")) {
      throw new DeviceException(
          "graft.opencl.memory: \"" + given + "\" is no positive number of bytes");
    }
    return Long.parseLong(given);
  }

  private void tryOut() {
    float[] value = new float[1];
    copies.fill(new View(nothing, Layout.rowMajor(Shape.of(1))), 1);
    nothing.read(0, value, 0, 1);
    if (value[0] != 1) {
      throw new DeviceException(
          "opencl: " + device.name() + " computes wrongly: wrote 1, read " + value[0]);
    }
  }

  // ---- for the kernels of this package

  ClDevice device() {
    return device;
  }

  ClQueue queue() {
    return queue;
  }

  ClPool memory() {
    return pool;
  }

  /** A buffer to pass where a kernel has an argument that it will not use. */
  ClBuffer nothing() {
    return nothing;
  }

  int lineGroup() {
    return Math.min(LINE_GROUP, device.workGroup());
  }

  /** The greatest power of two up to {@code wanted} that the device allows a group's size to be. */
  int group(int wanted) {
    return Integer.highestOneBit(Math.min(wanted, device.workGroup()));
  }

  /** The compiled file of that name. */
  ClProgram program(String file) {
    return program(file, "");
  }

  /** As {@link #program(String)}, with macros. */
  ClProgram program(String file, String options) {
    return program(file, options, "");
  }

  /** As {@link #program(String, String)}, with generated text behind the file's. */
  synchronized ClProgram program(String file, String options, String generated) {
    String key = file + " " + options + generated;
    ClProgram program = programs.get(key);
    if (program == null) {
      String source = ClProgram.source(file) + generated;
      program = build(file, source, options);
      programs.put(key, program);
    }
    return program;
  }

  /** Compiles a program of any text. */
  ClProgram build(String name, String source, String options) {
    return ClProgram.build(this, context, device, name, source, options);
  }

  ClLaunch launch(String file, String kernel) {
    return program(file).launch(kernel);
  }

  ClBuffer buffer(int length) {
    return new ClBuffer(this, length);
  }

  /** A buffer that holds an index. */
  ClBuffer index(int[] values) {
    ClBuffer buffer = buffer(values.length);
    buffer.write(values);
    return buffer;
  }

  // ---- the contract

  @Override
  public String name() {
    return "OpenCL, " + device.name() + ", float32";
  }

  @Override
  public Buffer allocate(int length) {
    return buffer(length);
  }

  @Override
  public Buffer allocateZeroed(int length) {
    ClBuffer buffer = buffer(length);
    copies.fill(new View(buffer, Layout.rowMajor(Shape.of(length))), 0);
    return buffer;
  }

  @Override
  public Buffer wrap(float[] data) {
    ClBuffer buffer = buffer(data.length);
    buffer.write(0, data, 0, data.length);
    return buffer;
  }

  @Override
  public void release(Buffer buffer) {
    ((ClBuffer) buffer).release();
  }

  @Override
  public void synchronize() {
    queue.finish();
  }

  /** Bytes on the device in buffers that live. */
  public long usedBytes() {
    return pool.used();
  }

  /** A line per kernel with its time, where {@code -Dgraft.opencl.profile=true}; else nothing. */
  public String profile() {
    return profile == null ? "" : profile.table();
  }

  @Override
  public ElementwiseKernels elementwise() {
    return elementwise;
  }

  @Override
  public CopyKernels copies() {
    return copies;
  }

  @Override
  public ReductionKernels reductions() {
    return reductions;
  }

  @Override
  public SoftmaxKernels softmax() {
    return softmax;
  }

  @Override
  public LineKernels lines() {
    return lines;
  }

  @Override
  public LossKernels losses() {
    return losses;
  }

  @Override
  public MatmulKernels matmul() {
    return matmul;
  }

  @Override
  public ConvKernels conv() {
    return conv;
  }

  @Override
  public PoolKernels pool() {
    return pooling;
  }

  @Override
  public NormKernels norm() {
    return norm;
  }

  @Override
  public GroupNormKernels groupNorm() {
    return groupNorm;
  }

  @Override
  public ResampleKernels resample() {
    return resample;
  }

  @Override
  public OptimizerKernels optimizer() {
    return optimizer;
  }
}
