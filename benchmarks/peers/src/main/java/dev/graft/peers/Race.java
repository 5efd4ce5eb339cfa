package dev.graft.peers;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Contenders in turns, round by round, each round beginning with another one: what the machine does
 * meanwhile meets all alike.
 */
final class Race {
  /** So long is a turn at least; shorter calls are repeated. */
  private static final double TURN = 0.1;

  /**
   * Before a turn the last contender's threads stop spinning: a pause in which the process works
   * less than this share of one core. ONNX Runtime's spin for up to 50 ms (Zen 3, virtual): with 15 ms of
   * rest, a third of the next turn on two threads had one core.
   */
  private static final double IDLE = 0.1;

  private static final long PAUSE_MILLIS = 15;
  private static final int MOST_PAUSES = 40;

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private static final int MOST_ROUNDS = 15;
  private static final int FEWEST_ROUNDS = 3;
  /** Seconds that a contender works before the first turn. */
  static final double WARM_UP = 1.0;

  private final double seconds;
  private final double warmUp;
  private final int warmCalls;
  private final int leastCalls;

  /**
   * @param seconds how long the turns of all contenders may take together, warm-up not counted;
   *     three rounds are made in any case
   */
  Race(double seconds) {
    this(seconds, WARM_UP, 1, 1);
  }

  /**
   * @param warmUp seconds that each contender of this JVM works before, and
   * @param warmCalls calls at least
   * @param leastCalls calls of a turn at least
   */
  Race(double seconds, double warmUp, int warmCalls, int leastCalls) {
    this.seconds = seconds;
    this.warmUp = warmUp;
    this.warmCalls = warmCalls;
    this.leastCalls = leastCalls;
  }

  /** Seconds a call, a value per round, for each contender. */
  List<Times> run(List<? extends Contender> contenders, int threads) {
    int[] calls = contenders.stream().mapToInt(c -> warmUp(c, threads)).toArray();
    List<List<Double>> samples =
        contenders.stream().map(c -> (List<Double>) new ArrayList<Double>()).toList();
    long start = System.nanoTime();
    for (int round = 0; goesOn(round, start); round++) {
      for (int i = 0; i < contenders.size(); i++) {
        int turn = (round + i) % contenders.size();
        samples.get(turn).add(turn(contenders.get(turn), threads, calls[turn]));
      }
    }
    return IntStream.range(0, calls.length)
        .mapToObj(i ->
            new Times(
                contenders.get(i).name(),
                samples.get(i).stream().mapToDouble(Double::doubleValue).toArray()))
        .toList();
  }

  private boolean goesOn(int round, long start) {
    boolean inTime = System.nanoTime() - start < seconds * 1e9;
    return round < FEWEST_ROUNDS || (round < MOST_ROUNDS && inTime);
  }

  /** Until the time has gone by, twice at least; how many calls make a turn. */
  private int warmUp(Contender contender, int threads) {
    contender.threads(threads);
    boolean local = contender instanceof Contender.Local;
    double wanted = local ? warmUp : WARM_UP;
    long start = System.nanoTime();
    double last = contender.nanos(1) / 1e9;
    int made = 1;
    do {
      int calls = (int) Math.clamp(TURN / last, 1, 1000);
      last = contender.nanos(calls) / 1e9 / calls;
      made += calls;
    } while (System.nanoTime() - start < wanted * 1e9 || (local && made < warmCalls));
    return (int) Math.clamp(Math.ceil(TURN / last), leastCalls, 100_000);
  }

  private static double turn(Contender contender, int threads, int calls) {
    rest();
    contender.threads(threads);
    if (calls > 1) {
      contender.nanos(1); // brings its data back into the caches
    }
    return contender.nanos(calls) / 1e9 / calls;
  }

  private static void rest() {
    try {
      for (int i = 0; i < MOST_PAUSES; i++) {
        long before = SYSTEM.getProcessCpuTime();
        Thread.sleep(PAUSE_MILLIS);
        if (SYSTEM.getProcessCpuTime() - before < IDLE * PAUSE_MILLIS * 1e6) {
          return;
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
