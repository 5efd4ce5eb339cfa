package dev.graft.backend.cpu;

import dev.graft.backend.Backend;
import dev.graft.backend.BoundKernels;
import dev.graft.backend.Buffer;
import dev.graft.backend.ConvKernels;
import dev.graft.backend.CopyKernels;
import dev.graft.backend.ElementwiseKernels;
import dev.graft.backend.GroupNormKernels;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.LineKernels;
import dev.graft.backend.Lines;
import dev.graft.backend.LossKernels;
import dev.graft.backend.MatmulKernels;
import dev.graft.backend.NormKernels;
import dev.graft.backend.OptimizerKernels;
import dev.graft.backend.PoolKernels;
import dev.graft.backend.ReductionKernels;
import dev.graft.backend.ResampleKernels;
import dev.graft.backend.SoftmaxKernels;
import dev.graft.backend.View;
import dev.graft.backend.cpu.cold.WarmUp;
import dev.graft.backend.cpu.cold.Warming;
import dev.graft.backend.cpu.conv.SimdConv;
import dev.graft.backend.cpu.gemm.SimdMatmul;
import dev.graft.tensor.Layout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Vector API kernels on all cores, on Java arrays. */
public final class CpuBackend implements Backend {
  private final BufferPool pool = new BufferPool();
  private final CopyKernels copies = new CopySimd();
  private final ElementwiseKernels elementwise = new ElementwiseSimd(pool, copies);
  private final ReductionKernels reductions = new ReductionSimd(pool, copies);
  private final SoftmaxKernels softmax = new SoftmaxSimd();
  private final LineKernels lines = new ParallelLines();
  private final LossKernels losses = new LossSimd();
  private final MatmulKernels matmul = new SimdMatmul(pool);
  private final ConvKernels conv = new SimdConv(pool, copies);
  private final PoolKernels pooling = new PoolSimd(pool, copies);
  private final NormKernels norm = new NormSimd(pool, copies);
  private final GroupNormKernels groupNorm = new GroupNormSimd();
  private final ResampleKernels resample = new ResampleSimd(pool, copies);
  private final OptimizerKernels optimizer = new OptimizerSimd();
  private final BoundKernels bound = new BoundSimd(this);

  public CpuBackend() {
    WarmUp.register(CpuBackend::warmings);
  }

  @Override
  public String name() {
    int threads = Parallel.threads();
    return String.format(
        "SIMD, %d-bit vectors, %d thread%s",
        Vectors.SPECIES.vectorBitSize(), threads, threads == 1 ? "" : "s");
  }

  @Override
  public void expectWork() {
    WarmUp.begin();
  }

  /** All kernels that have twins in plain Java, in the order of their worth. */
  static List<Warming> warmings() {
    List<Warming> all = new ArrayList<>(SimdMatmul.warmings());
    all.addAll(SimdConv.warmings());
    all.add(WholePoolLoops.warming());
    return all;
  }

  @Override
  public Buffer allocate(int length) {
    return new HostBuffer(pool.take(length), this);
  }

  /** Long ones begin at a cache line. */
  @Override
  public View allocate(Layout layout) {
    int numel = layout.numel();
    if (!Lines.isLong(numel)) {
      return new View(allocate(numel), layout.at(0));
    }
    return new View(allocate(Lines.longArray(numel)), layout.at(Lines.FIRST));
  }

  @Override
  public Buffer allocateZeroed(int length) {
    float[] array = pool.take(length);
    Arrays.fill(array, 0);
    return new HostBuffer(array, this);
  }

  @Override
  public Buffer wrap(float[] data) {
    return new HostBuffer(data, this);
  }

  @Override
  public void release(Buffer buffer) {
    float[] array = ((HostBuffer) buffer).takeArray();
    if (array != null) {
      pool.give(array);
    }
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

  @Override
  public BoundKernels bound() {
    return bound;
  }
}
