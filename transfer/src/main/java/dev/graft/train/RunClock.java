package dev.graft.train;

import java.util.Locale;

/** How fast a run goes, and when it will be over. */
final class RunClock {
  private final long begin = System.nanoTime();
  private final int first;
  private final long last;

  /** A run that begins after {@code first} steps and ends after {@code last}. */
  RunClock(int first, long last) {
    this.first = first;
    this.last = last;
  }

  /** Loss, images per second and the time left, for the progress bar. */
  String note(Meter meter, double seconds, int step) {
    double elapsed = (System.nanoTime() - begin) * 1e-9;
    return text(
        meter.meanLoss(),
        meter.examples() / seconds,
        elapsed / Math.max(1, step - first) * (last - step));
  }

  static String text(double loss, double speed, double left) {
    long whole = Math.round(left);
    return String.format(
        Locale.ROOT,
        "loss %.4f, %,.0f images/s, %d:%02d:%02d left",
        loss,
        speed,
        whole / 3600,
        whole / 60 % 60,
        whole % 60);
  }
}
