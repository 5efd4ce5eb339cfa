package dev.graft.weights.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.graft.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;

/** Runs ONNX files by ONNX Runtime. */
final class OnnxRunner {
  private OnnxRunner() {}

  static Tensor run(byte[] model, Tensor input) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] dims = Arrays.stream(input.shape().toArray()).asLongStream().toArray();
    try (OrtSession session = environment.createSession(model);
        OnnxTensor x =
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(input.toArray()), dims);
        OrtSession.Result result = session.run(Map.of("input", x))) {
      OnnxTensor y = (OnnxTensor) result.get("output").orElseThrow();
      float[] values = new float[y.getFloatBuffer().remaining()];
      y.getFloatBuffer().get(values);
      int[] shape = Arrays.stream(y.getInfo().getShape()).mapToInt(Math::toIntExact).toArray();
      return Tensor.of(values, shape);
    } catch (OrtException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }
}
