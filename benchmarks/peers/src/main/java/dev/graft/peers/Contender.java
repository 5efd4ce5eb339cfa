package dev.graft.peers;

/** Somebody who can do the work that is measured: Graft, or a peer. */
interface Contender extends AutoCloseable {
  String name();

  /** How many threads the next calls may use. */
  void threads(int n);

  /** Does the work so many times, one after the other; the nanoseconds that it took. */
  long nanos(int calls);

  /** What the work gives, to be compared with the others' before anything is timed. */
  float[] answer();

  @Override
  void close();

  /** A contender in this process. */
  abstract class Local implements Contender {
    private final String name;

    Local(String name) {
      this.name = name;
    }

    @Override
    public final String name() {
      return name;
    }

    /** Does the work once. */
    abstract void run();

    @Override
    public final long nanos(int calls) {
      long start = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        run();
      }
      return System.nanoTime() - start;
    }

    @Override
    public void close() {}
  }
}
