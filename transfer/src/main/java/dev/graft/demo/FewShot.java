package dev.graft.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** Tries contenders on the same draws of 1, 5 and 20 examples of each digit. */
final class FewShot {
  static final List<Integer> SHOTS = List.of(1, 5, 20);

  /** Scores of one contender by number of shots. */
  record Result(Contender contender, Map<Integer, Score> scores) {}

  private final FewShotDraws draws;
  private final int[] truth;
  private final int count;
  private int done;

  /**
   * @param truth the digits of the test
   * @param count draws for each number of shots
   */
  FewShot(FewShotDraws draws, int[] truth, int count) {
    this.draws = draws;
    this.truth = truth;
    this.count = count;
  }

  /** How many draws {@link #run} makes over all numbers of shots. */
  int total(List<Contender> contenders) {
    return SHOTS.size() * contenders.stream().mapToInt(c -> c.draws(count)).sum();
  }

  /**
   * @param progress gets the number of draws made, after each
   */
  List<Result> run(List<Contender> contenders, IntConsumer progress) {
    done = 0;
    List<Result> results = new ArrayList<>();
    for (Contender contender : contenders) {
      Map<Integer, Score> scores = new LinkedHashMap<>();
      for (int shots : SHOTS) {
        scores.put(shots, score(contender, shots, progress));
      }
      results.add(new Result(contender, scores));
    }
    return results;
  }

  private Score score(Contender contender, int shots, IntConsumer progress) {
    List<Double> accuracies = new ArrayList<>();
    long start = System.nanoTime();
    for (int draw = 0; draw < contender.draws(count); draw++) {
      int[] answers = contender.learnAndAnswer(draws.positions(draw, shots), draw);
      int right = 0;
      for (int i = 0; i < truth.length; i++) {
        right += answers[i] == truth[i] ? 1 : 0;
      }
      accuracies.add((double) right / truth.length);
      progress.accept(++done);
    }
    return Score.of(accuracies, (System.nanoTime() - start) / 1e9);
  }
}
