package dev.graft.backend.reference;

import dev.graft.backend.Backend;
import dev.graft.backend.Buffer;
import dev.graft.backend.ConvKernels;
import dev.graft.backend.CopyKernels;
import dev.graft.backend.ElementwiseKernels;
import dev.graft.backend.GroupNormKernels;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.LineKernels;
import dev.graft.backend.LossKernels;
import dev.graft.backend.MatmulKernels;
import dev.graft.backend.NormKernels;
import dev.graft.backend.OptimizerKernels;
import dev.graft.backend.PoolKernels;
import dev.graft.backend.ReductionKernels;
import dev.graft.backend.ResampleKernels;
import dev.graft.backend.SoftmaxKernels;

/**
 * Textbook loops, one per kernel: what computes where the Vector API is absent, and what every
 * other backend is tested against. Sums run in double precision.
 */
public final class ReferenceBackend implements Backend {
  private final ElementwiseKernels elementwise = new ReferenceElementwise();
  private final CopyKernels copies = new ReferenceCopies();
  private final ReductionKernels reductions = new ReferenceReductions();
  private final SoftmaxKernels softmax = new ReferenceSoftmax();
  private final LineKernels lines = new ReferenceLines();
  private final LossKernels losses = new ReferenceLosses();
  private final MatmulKernels matmul = new ReferenceMatmul();
  private final ConvKernels conv = new ReferenceConv();
  private final PoolKernels pool = new ReferencePool();
  private final NormKernels norm = new ReferenceNorm();
  private final GroupNormKernels groupNorm = new ReferenceGroupNorm();
  private final ResampleKernels resample = new ReferenceResample();
  private final OptimizerKernels optimizer = new ReferenceOptimizer();

  @Override
  public String name() {
    return "scalar reference, 1 thread";
  }

  @Override
  public Buffer allocate(int length) {
    return new HostBuffer(new float[length], this);
  }

  @Override
  public Buffer allocateZeroed(int length) {
    return allocate(length);
  }

  @Override
  public Buffer wrap(float[] data) {
    return new HostBuffer(data, this);
  }

  /** Arrays are left to the garbage collector. */
  @Override
  public void release(Buffer buffer) {
    ((HostBuffer) buffer).takeArray();
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
    return pool;
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
