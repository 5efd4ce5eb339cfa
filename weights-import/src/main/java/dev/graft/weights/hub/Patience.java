package dev.graft.weights.hub;

import java.time.Duration;

/**
 * How long a server is waited for.
 *
 * @param connect until it answers
 * @param stall without a byte, after which a transfer counts as cut off
 * @param attempts in a row that bring nothing new, before it is given up
 * @param pause before the second attempt; doubled before each one after it
 */
public record Patience(Duration connect, Duration stall, int attempts, Duration pause) {
  /** 30 s each, five attempts, pauses from half a second on. */
  public static final Patience STANDARD =
      new Patience(Duration.ofSeconds(30), Duration.ofSeconds(30), 5, Duration.ofMillis(500));

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  /** The pause before the attempt after number {@code failed} (1: the first) in a row. */
  Duration before(int failed, Duration asked) {
    Duration own = pause.multipliedBy(1L << Math.min(10, failed - 1));
    Duration longer = asked.compareTo(own) > 0 ? asked : own;
    return longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
  }
}
