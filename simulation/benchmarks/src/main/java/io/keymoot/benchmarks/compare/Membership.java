package io.keymoot.benchmarks.compare;

import io.keymoot.flatkeying.fact.Profile;
import java.util.List;

/** One comes, a key is renewed, one goes: our core beside Bouncy Castle's MLS, warm and cold. */
final class Membership {
  static final String OURS = "Keymoot";
  static final String WARM = "MLS, warm tree";
  static final String COLD = "MLS, cold tree";

  /** From here on slots are of 16 symbols. */
  private static final int MANY = 200;

  /** What the goals are about. */
  static final int LARGE = 1_024;

  private static final List<Integer> SIZES = List.of(8, 32, 128, 512, LARGE);
  private static final List<Integer> QUICK_SIZES = List.of(8, 128, LARGE);

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
    Figures thrownAway = new Figures();
    rounds(32, MlsGroup.warm(32), ideal, isQuick ? 6_000 : 60_000, 400, thrownAway);
    MlsGroup warm = MlsGroup.warm(1);
    for (int n : isQuick ? QUICK_SIZES : SIZES) {
      progress.say("membership: N = " + n);
      warm.growTo(n);
      rounds(n, warm, ideal, isQuick ? 4_000 : 120_000, isQuick ? 20 : 60, figures);
    }
    if (!isQuick) {
      progress.say("membership: N = " + MlsGroup.LARGEST + ", a warm tree of MLS alone");
      warm.growTo(MlsGroup.LARGEST);
      for (int i = 0; i < LEAST_ROUNDS; i++) {
        warm.measureRemoval(figures, WARM);
      }
    }
  }

  private static void rounds(
      int n, MlsGroup warm, MlsIdeal ideal, long millis, int most, Figures figures)
      throws Exception {
    CoreGroup ours = CoreGroup.of(n, profile(n), 1);
    MlsGroup cold = MlsGroup.cold(n);
    int least = n > MANY ? LEAST_ROUNDS_OF_MANY : LEAST_ROUNDS;
    long end = System.nanoTime() + millis * 1_000_000;
    for (int i = 0; i < most && (i < least || System.nanoTime() < end); i++) {
      ours.measure(figures, OURS);
      warm.measure(figures, WARM);
      cold.measure(figures, COLD);
      ideal.measure(figures, n);
    }
    warm.measureMemory(figures, WARM);
    cold.measureMemory(figures, COLD);
    ours.measureMemory(figures, OURS);
  }
}
