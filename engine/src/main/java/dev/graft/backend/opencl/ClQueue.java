package dev.graft.backend.opencl;

import java.nio.ByteBuffer;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_event;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * A device's commands, which run one after the other in the order of their calls while the program
 * goes on; only reading waits. One thread at a time may add to it.
 */
final class ClQueue {
  private final cl_command_queue queue;
  private final ClStaging staging = new ClStaging();
  private final ClProfile profile;

  /**
   * @param profile hears of each kernel's time; null for none
   */
  @SuppressWarnings("deprecation") // the newer call is missing in OpenCL 1.2
  ClQueue(cl_context context, ClDevice device, ClProfile profile) {
    this.profile = profile;
    long properties = profile == null ? 0 : CL.CL_QUEUE_PROFILING_ENABLE;
    queue = CL.clCreateCommandQueue(context, device.id(), properties, null);
  }

  /**
   * Sets a kernel's arguments and enqueues it, both under the lock: its arguments are its state.
   */
  synchronized void run(
      String name, cl_kernel kernel, Runnable setArguments, long[] global, long[] local) {
    try {
      setArguments.run();
      cl_event event = profile == null ? null : new cl_event();
      CL.clEnqueueNDRangeKernel(queue, kernel, global.length, null, global, local, 0, null, event);
      if (profile != null) {
        profile.add(name, event);
      }
    } catch (CLException e) {
      throw ClErrors.of("kernel " + name, e);
    }
  }

  synchronized void read(cl_mem memory, int offset, float[] target, int targetOffset, int count) {
    read(memory, offset, Pointer.to(target).withByteOffset(4L * targetOffset), count);
  }

  synchronized void read(cl_mem memory, int[] target) {
    read(memory, 0, Pointer.to(target), target.length);
  }

  private void read(cl_mem memory, int offset, Pointer target, int count) {
    try {
      CL.clEnqueueReadBuffer(queue, memory, true, 4L * offset, 4L * count, target, 0, null, null);
    } catch (CLException e) {
      throw ClErrors.of("reading " + ClErrors.size(4L * count), e);
    }
  }

  /** The source may change as soon as this returns. */
  synchronized void write(cl_mem memory, int offset, float[] source, int from, int count) {
    int most = 1 << 26;
    for (int done = 0; done < count; done += most) {
      int part = Math.min(most, count - done);
      ByteBuffer direct = staging.take(Float.BYTES * part);
      direct.asFloatBuffer().put(source, from + done, part);
      send(memory, 4L * (offset + (long) done), direct, 4L * part);
    }
  }

  synchronized void write(cl_mem memory, int[] source) {
    int most = 1 << 26;
    for (int done = 0; done < source.length; done += most) {
      int part = Math.min(most, source.length - done);
      ByteBuffer direct = staging.take(Integer.BYTES * part);
      direct.asIntBuffer().put(source, done, part);
      send(memory, 4L * done, direct, 4L * part);
    }
  }

  private void send(cl_mem memory, long at, ByteBuffer direct, long bytes) {
    cl_event event = new cl_event();
    try {
      CL.clEnqueueWriteBuffer(
          queue, memory, false, at, bytes, Pointer.toBuffer(direct), 0, null, event);
    } catch (CLException e) {
      throw ClErrors.of("writing " + ClErrors.size(bytes), e);
    }
    staging.launched(event, direct);
  }

  /** Waits until everything has run. */
  synchronized void finish() {
    try {
      CL.clFinish(queue);
    } catch (CLException e) {
      throw ClErrors.of("waiting for the device", e);
    }
  }

  /** Sends what has been collected to the device. */
  synchronized void flush() {
    CL.clFlush(queue);
  }
}
