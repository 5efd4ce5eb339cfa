package dev.graft.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_event;

/**
 * Direct memory for uploads, which go on while the program does: a transfer that does not block may
 * read no Java array. Not thread-safe: the queue's lock is held.
 */
final class ClStaging {
  /** Uploads that may be on their way at once. */
  private static final long MOST = 256L << 20;

  private final Map<Integer, Deque<ByteBuffer>> idle = new HashMap<>();
  private final Deque<Flight> flights = new ArrayDeque<>();
  private long inFlight;
  private long kept;

  private record Flight(cl_event event, ByteBuffer memory) {}

  /** Memory of at least that many bytes, limited to them. */
  ByteBuffer take(int bytes) {
    land();
    while (inFlight + bytes > MOST && !flights.isEmpty()) {
      CL.clWaitForEvents(1, new cl_event[] {flights.peek().event});
      land();
    }
    int size = bytes <= 1 << 12 ? 1 << 12 : 1 << (32 - Integer.numberOfLeadingZeros(bytes - 1));
    Deque<ByteBuffer> same = size < 0 ? null : idle.get(size);
    ByteBuffer memory = same == null ? null : same.poll();
    if (memory == null) {
      memory = ByteBuffer.allocateDirect(size < 0 ? bytes : size).order(ByteOrder.nativeOrder());
    } else {
      kept -= size;
    }
    return memory.clear().limit(bytes);
  }

  /** Keeps the memory until its transfer has ended. */
  void launched(cl_event event, ByteBuffer memory) {
    flights.add(new Flight(event, memory));
    inFlight += memory.capacity();
  }

  private void land() {
    while (!flights.isEmpty() && hasEnded(flights.peek().event)) {
      Flight flight = flights.poll();
      CL.clReleaseEvent(flight.event);
      int size = flight.memory.capacity();
      inFlight -= size;
      if (kept + size <= MOST) {
        kept += size;
        idle.computeIfAbsent(size, s -> new ArrayDeque<>()).push(flight.memory);
      }
    }
  }

  private static boolean hasEnded(cl_event event) {
    int[] status = new int[1];
    CL.clGetEventInfo(
        event, CL.CL_EVENT_COMMAND_EXECUTION_STATUS, Sizeof.cl_int, Pointer.to(status), null);
    return status[0] <= CL.CL_COMPLETE;
  }
}
