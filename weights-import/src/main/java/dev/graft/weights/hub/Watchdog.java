package dev.graft.weights.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** Closes a stream that brings nothing for too long, so that who reads it is not left waiting. */
final class Watchdog implements AutoCloseable {
  private final Thread thread;
  private volatile long last = System.nanoTime();
  private volatile boolean stalled;

  Watchdog(InputStream in, Duration patience) {
    thread = Thread.ofVirtual().start(() -> watch(in, patience));
  }

  private void watch(InputStream in, Duration patience) {
    try {
      long left = patience.toNanos();
      while (left > 0) {
        Thread.sleep(Duration.ofNanos(left));
        left = last + patience.toNanos() - System.nanoTime();
      }
      stalled = true;
      in.close();
    } catch (InterruptedException | IOException over) {
      return;
    }
  }

  void fed() {
    last = System.nanoTime();
  }

  boolean stalled() {
    return stalled;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
