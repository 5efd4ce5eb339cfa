package dev.graft.demo;

/** One way to learn the digits from a few examples of each. */
interface Contender {
  /** Its key in the JSON output: {@code graft}, {@code scratch}, {@code pixels}. */
  String key();

  /** What the table and the chart call it. */
  String title();

  /** How many numbers it learns from the examples. */
  long trainableParameters();

  /** How many draws of examples it is tried on, of at most {@code draws}. */
  int draws(int draws);

  /**
   * Learns from examples of the pool and answers the test.
   *
   * @param examples positions in the pool
   * @param draw number of the draw, for what else is random
   * @return the digit that it takes each test picture for
   */
  int[] learnAndAnswer(int[] examples, int draw);
}
