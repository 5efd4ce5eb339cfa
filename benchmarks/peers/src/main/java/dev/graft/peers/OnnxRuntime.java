package dev.graft.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.graft.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * A model in ONNX Runtime: input and output lie in direct buffers that are used again, all graph
 * optimisations on. Each number of threads has its own session.
 */
final class OnnxRuntime extends Contender.Local {
  static final String NAME = "onnxruntime";

  private final byte[] model;
  private final Map<String, OnnxTensor> inputs = new HashMap<>();
  private final Map<String, OnnxTensor> outputs;
  private final FloatBuffer out;
  private OrtSession session;
  private int threads;

  /**
   * @param model the ONNX file's bytes
   * @param inputs values by name, row-major
   */
  OnnxRuntime(byte[] model, Map<String, float[]> inputs, Map<String, Shape> shapes, String output) {
    super(NAME);
    this.model = model;
    inputs.forEach(
        (name, values) -> this.inputs.put(name, tensor(buffer(values), shapes.get(name))));
    out = buffer(new float[shapes.get(output).numel()]);
    outputs = Map.of(output, tensor(out, shapes.get(output)));
    threads(1);
  }

  private static FloatBuffer buffer(float[] values) {
    FloatBuffer buffer =
        ByteBuffer.allocateDirect(values.length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    return buffer.put(values).rewind();
  }

  private static OnnxTensor tensor(FloatBuffer buffer, Shape shape) {
    long[] dims = new long[shape.rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = shape.dim(i);
    }
    try {
      return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), buffer, dims);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void threads(int n) {
    if (threads == n) {
      return;
    }
    closeSession();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(n);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      session = OrtEnvironment.getEnvironment().createSession(model, options);
      threads = n;
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  void run() {
    try {
      session.run(inputs, outputs).close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public float[] answer() {
    run();
    float[] values = new float[out.capacity()];
    out.duplicate().rewind().get(values);
    return values;
  }

  private void closeSession() {
    if (session != null) {
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
      session = null;
    }
  }

  @Override
  public void close() {
    closeSession();
    inputs.values().forEach(OnnxTensor::close);
    outputs.values().forEach(OnnxTensor::close);
  }
}
