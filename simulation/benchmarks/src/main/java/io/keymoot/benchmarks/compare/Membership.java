package io.keymoot.benchmarks.compare;

import io.keymoot.flatkeying.fact.Profile;
import java.util.List;

/** One comes, a key is renewed, one goes: our core beside Bouncy Castle's MLS, warm and cold. */
final class Membership {
  static final String OURS = "Keymoot";
  static final String WARM = "MLS, warm tree";
  static final String COLD = "MLS, cold tree";
  static final List<Integer> SIZES = List.of(8, 32, 128, 512, 1_024);

  private static final int LEAST_ROUNDS = 5;
  private static final int MOST_ROUNDS = 60;

  private Membership() {}

  static Profile profile(int members) {
    return members > 200 ? Profile.BROADCAST : Profile.CONFERENCE;
  }

  static void run(boolean isQuick, Figures figures, Progress progress) throws Exception {
    progress.say("membership: warming up the machine's compilers");
    Figures thrownAway = new Figures();
    rounds(32, isQuick ? 8_000 : 60_000, 400, thrownAway);
    for (int n : SIZES) {
      if (isQuick && n == 512) {
        continue; // forming a group takes longest, and 1,024 is what the goals are about
      }
      progress.say("membership: N = " + n);
      rounds(n, isQuick ? 8_000 : 120_000, MOST_ROUNDS, figures);
    }
  }

  private static void rounds(int n, long millis, int most, Figures figures) throws Exception {
    CoreGroup ours = CoreGroup.of(n, profile(n), 1);
    MlsGroup warm = MlsGroup.warm(n);
    MlsGroup cold = MlsGroup.cold(n);
    long end = System.nanoTime() + millis * 1_000_000;
    for (int i = 0; i < most && (i < LEAST_ROUNDS || System.nanoTime() < end); i++) {
      ours.measure(figures, OURS);
      warm.measure(figures, WARM);
      cold.measure(figures, COLD);
    }
    figures.add(WARM, What.STATE, n, warm.state());
    figures.add(COLD, What.STATE, n, cold.state());
    figures.add(OURS, What.STATE, n, ours.state());
  }
}
