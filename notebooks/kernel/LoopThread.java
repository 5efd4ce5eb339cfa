package org.rapaio.jupyter.kernel.channels;

/**
 * Takes the place of the kernel's class of this name, which two races at start make deaf, so that
 * Jupyter waits for an answer that never comes (21 of 80 starts on two busy cores, 0 of 133 with
 * this one). It sets {@code running} only after the thread has started, and a thread quicker than
 * its starter reads false and ends; and a message that comes before the kernel has made its table
 * of handlers ends the loop with a NullPointerException. To be dropped when a release after 3.0.1
 * has both mended.
 */
public final class LoopThread extends Thread {
  /** Binding all channels and making the table takes some milliseconds; sockets queue meanwhile. */
  private static final long HEAD_START_MILLIS = 500;

  private final long sleepMillis;
  private final Runnable body;
  private volatile boolean running = true;

  public LoopThread(String name, long sleepMillis, Runnable body) {
    super(name);
    this.sleepMillis = sleepMillis;
    this.body = body;
  }

  @Override
  public void run() {
    try {
      Thread.sleep(HEAD_START_MILLIS);
      while (running) {
        turn();
        Thread.sleep(sleepMillis);
      }
    } catch (InterruptedException e) {
      running = false;
    }
  }

  /** One message that fails must not cost the kernel its ears. */
  private void turn() {
    try {
      body.run();
    } catch (RuntimeException e) {
      System.err.println(getName() + ": " + e);
    }
  }

  public void shutdown() {
    running = false;
  }
}
