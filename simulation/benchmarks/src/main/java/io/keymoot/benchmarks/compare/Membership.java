package io.keymoot.benchmarks.compare;

import io.keymoot.flatkeying.fact.Profile;
import java.util.List;

/** One comes, a key is renewed, one goes: our core beside Bouncy Castle's MLS, warm and cold. */
final class Membership {
  static final String OURS = "Keymoot";
  static final String EVERYBODY = "Keymoot, everybody run";
  static final String WARM = "MLS, warm tree";
  static final String COLD = "MLS, cold tree";

  /** From here on slots are of 16 symbols. */
  private static final int MANY = 200;

  /** What the goals are about. */
  static final int LARGE = 1_024;

  private static final List<Integer> SIZES = List.of(8, 32, 128);
  private static final List<Integer> QUICK_SIZES = List.of(8, 128);

  /** Members of the groups that only warm up. */
  private static final int WARM_UP = 128;

  private static final int LEAST_ROUNDS = 5;

  /** The whole of a large group acts in each round, while only the few who are measured count. */
  private static final int LEAST_ROUNDS_OF_MANY = 2;

  private Membership() {}

  static Profile profile(int members) {
    return members > MANY ? Profile.BROADCAST : Profile.CONFERENCE;
  }

  static void run(boolean isQuick, Figures figures, Progress progress) throws Exception {
    progress.say("membership: warming up the machine's compilers");
    MlsIdeal ideal = new MlsIdeal();
    rounds(32, MlsGroup.warm(32), ideal, isQuick ? 5_000 : 60_000, 400, new Figures());
    warmUp(ideal, isQuick ? 8_000 : 40_000);
    MlsGroup warm = MlsGroup.warm(1);
    for (int n : isQuick ? QUICK_SIZES : SIZES) {
      progress.say("membership: N = " + n + ", everybody is run");
      warm.growTo(n);
      rounds(n, warm, ideal, isQuick ? 3_000 : 90_000, isQuick ? 20 : 60, figures);
    }
    progress.say("membership: N = " + LARGE + ", who changes and who follows are run");
    warm.growTo(LARGE);
    large(LARGE, warm, ideal, isQuick ? 15_000 : 150_000, 200, figures);
    if (!isQuick) {
      progress.say("membership: N = " + LARGE + ", everybody is run");
      everybody(LARGE, figures);
      progress.say("membership: N = " + MlsGroup.LARGEST + ", a warm tree of MLS alone");
      warm.growTo(MlsGroup.LARGEST);
      for (int i = 0; i < LEAST_ROUNDS; i++) {
        warm.measureRemoval(figures, WARM);
      }
    }
  }

  /**
   * The same time for ours and for the others. Turn by turn would not do: what runs once in a turn
   * is compiled well after some thousands of turns, and a turn of MLS takes as long as many of
   * ours.
   */
  private static void warmUp(MlsIdeal ideal, long millis) throws Exception {
    Figures unused = new Figures();
    LargeGroup ours = new LargeGroup(WARM_UP);
    long end = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < end) {
      ours.measure(unused, OURS);
    }
    MlsGroup warm = MlsGroup.warm(WARM_UP);
    MlsGroup cold = MlsGroup.cold(WARM_UP);
    end = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < end) {
      others(unused, WARM_UP, warm, cold, ideal);
    }
  }

  private static void rounds(
      int n, MlsGroup warm, MlsIdeal ideal, long millis, int most, Figures figures)
      throws Exception {
    CoreGroup ours = CoreGroup.of(n, profile(n), 1);
    MlsGroup cold = MlsGroup.cold(n);
    long end = System.nanoTime() + millis * 1_000_000;
    for (int i = 0; i < most && (i < LEAST_ROUNDS || System.nanoTime() < end); i++) {
      ours.measure(figures, OURS);
      others(figures, n, warm, cold, ideal);
    }
    warm.measureMemory(figures, WARM);
    cold.measureMemory(figures, COLD);
    ours.measureMemory(figures, OURS);
  }

  private static void others(Figures figures, int n, MlsGroup warm, MlsGroup cold, MlsIdeal ideal)
      throws Exception {
    warm.measure(figures, WARM);
    cold.measure(figures, COLD);
    ideal.measure(figures, n);
  }

  private static void large(
      int n, MlsGroup warm, MlsIdeal ideal, long millis, int most, Figures figures)
      throws Exception {
    LargeGroup ours = new LargeGroup(n);
    MlsGroup cold = MlsGroup.cold(n);
    long end = System.nanoTime() + millis * 1_000_000;
    for (int i = 0; i < most && (i < LEAST_ROUNDS || System.nanoTime() < end); i++) {
      ours.measure(figures, OURS);
      others(figures, n, warm, cold, ideal);
    }
    warm.measureMemory(figures, WARM);
    cold.measureMemory(figures, COLD);
    ours.measureMemory(figures, OURS);
  }

  /** That the few who are measured stand for all of them. */
  private static void everybody(int n, Figures figures) throws Exception {
    CoreGroup all = CoreGroup.of(n, profile(n), 1);
    for (int i = 0; i < LEAST_ROUNDS_OF_MANY; i++) {
      all.measure(figures, EVERYBODY);
    }
    all.measureMemory(figures, EVERYBODY);
  }
}
