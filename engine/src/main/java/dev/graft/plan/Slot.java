package dev.graft.plan;

/**
 * A piece of the arena that holds a value, or scratch, from the step that first writes it to the
 * last that reads it.
 */
final class Slot {
  final int size;
  final int first;
  int last;
  int offset = -1;

  Slot(int size, int first) {
    this.size = size;
    this.first = first;
    this.last = first;
  }

  /** Step {@code step} uses it. */
  void touch(int step) {
    last = Math.max(last, step);
  }

  boolean livesWith(Slot other) {
    return first <= other.last && other.first <= last;
  }
}
