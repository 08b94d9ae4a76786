package io.keymoot.benchmarks.compare;

import io.keymoot.benchmarks.compare.Turns.Contender;
import io.keymoot.benchmarks.compare.Turns.Player;
import io.keymoot.flatkeying.fact.Profile;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One comes, a key is renewed, one goes: our core beside Bouncy Castle's MLS, warm and cold. */
final class Membership {
  static final String OURS = "Keymoot";
  static final String EVERYBODY = "Keymoot, everybody run";
  static final String WARM = "MLS, warm tree";
  static final String COLD = "MLS, cold tree";

  /** From here on slots are of 16 symbols. */
  static final int MANY = 200;

  /** What the goals are about. */
  static final int LARGE = 1_024;

  /**
   * How much of it.
   *
   * @param warmUpMillis for ours and as much for the others
   * @param everybody sizes at which all members act
   * @param few sizes at which those who are measured act
   * @param leastEverybody rounds at least, where all act
   * @param least the same where few do
   * @param allOf a size at which all act once more, though it takes long; none if it is 0
   * @param warmAlone the largest warm tree, which MLS forms alone; none if it is 0
   */
  record Scale(
      long warmUpMillis,
      int warmUpMembers,
      List<Integer> everybody,
      List<Integer> few,
      long millisEverybody,
      long millisFew,
      int leastEverybody,
      int least,
      int allOf,
      int warmAlone) {}

  private static final int MOST_ROUNDS = 200;

  private static final List<What> ALL =
      List.of(
          What.REMOVE_AUTHOR,
          What.REMOVE_FOLLOW,
          What.REMOVE_MULTICAST,
          What.REMOVE_ALL_BYTES,
          What.REMOVE_IN_ALL,
          What.REMOVE_DELAYS,
          What.REFRESH_AUTHOR,
          What.REFRESH_FOLLOW,
          What.REFRESH_BYTES,
          What.ADMIT_AUTHOR,
          What.ADMIT_FOLLOW,
          What.ADMIT_MULTICAST,
          What.WELCOME_BYTES,
          What.WELCOME_WITH_FACTS,
          What.WELCOME_CPU,
          What.STATE,
          What.STATE_WITH_FACTS);

  private static final List<What> REMOVAL =
      List.of(
          What.REMOVE_AUTHOR,
          What.REMOVE_FOLLOW,
          What.REMOVE_MULTICAST,
          What.REMOVE_ALL_BYTES,
          What.REMOVE_DELAYS);

  private static final List<What> IDEAL = List.of(What.REMOVE_AUTHOR, What.REMOVE_FOLLOW);

  private final Scale scale;
  private final Figures figures;

  /** Grown from size to size: forming it is what takes longest here. */
  private @Nullable MlsGroup warmTree;

  private Membership(Scale scale, Figures figures) {
    this.scale = scale;
    this.figures = figures;
  }

  static Profile profile(int members) {
    return members > MANY ? Profile.BROADCAST : Profile.CONFERENCE;
  }

  static List<Step> steps(Scale scale, Figures figures) {
    return new Membership(scale, figures).steps();
  }

  private List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    steps.add(
        new Step(
            "membership: warming up the machine's compilers",
            3.5 * scale.warmUpMillis / 1e3,
            this::warmUp));
    for (int n : scale.everybody) {
      steps.add(
          new Step(
              "membership: N = " + n + ", everybody is run",
              Math.max(scale.millisEverybody / 1e3, scale.leastEverybody * n / 35.0) + n / 12.0,
              () -> everybody(n)));
    }
    for (int n : scale.few) {
      steps.add(
          new Step(
              "membership: N = " + n + ", who changes and who follows are run",
              Math.max(scale.millisFew / 1e3, scale.least * n / 400.0) + n / 50.0,
              () -> few(n)));
    }
    if (scale.allOf > 0) {
      steps.add(
          new Step(
              "membership: N = " + scale.allOf + ", everybody is run",
              scale.allOf / 2.5,
              this::allOf));
    }
    if (scale.warmAlone > 0) {
      steps.add(
          new Step(
              "membership: N = " + scale.warmAlone + ", a warm tree of MLS alone",
              scale.warmAlone / 40.0,
              this::warmAlone));
    }
    return steps;
  }

  // ---- before anything is measured

  /**
   * The same time for ours and for the others. Turn by turn would not do: what runs once in a turn
   * is compiled well after some thousands of turns, and a turn of MLS takes as long as many of
   * ours.
   */
  private void warmUp() throws Exception {
    Figures unused = new Figures();
    int n = scale.warmUpMembers;
    LargeGroup ours = new LargeGroup(n);
    for (long end = end(scale.warmUpMillis); System.nanoTime() < end; ) {
      ours.measure(unused, OURS);
    }
    MlsGroup warm = MlsGroup.warm(n);
    MlsGroup cold = MlsGroup.cold(n);
    MlsIdeal ideal = new MlsIdeal();
    for (long end = end(scale.warmUpMillis); System.nanoTime() < end; ) {
      warm.measure(unused, WARM);
      cold.measure(unused, COLD);
      ideal.measure(unused, n);
    }
    CoreGroup all = CoreGroup.of(n, profile(n), 1);
    for (long end = end(scale.warmUpMillis); System.nanoTime() < end; ) {
      all.measure(unused, OURS);
    }
  }

  private static long end(long millis) {
    return System.nanoTime() + millis * 1_000_000;
  }

  // ---- turn by turn

  private void everybody(int n) throws Exception {
    beside(
        n,
        scale.millisEverybody,
        scale.leastEverybody,
        new Contender(OURS, ALL, () -> everybodyOf(n)));
  }

  private Player everybodyOf(int n) {
    Player turns = CoreGroup.turns(n, figures, OURS);
    return new Player() {
      @Override
      public void turn() throws Exception {
        turns.turn();
      }

      /** Of a group without a history, as that of the others. */
      @Override
      public void end() {
        new LargeGroup(n).measureMemory(figures, OURS);
      }
    };
  }

  private void few(int n) throws Exception {
    beside(
        n,
        scale.millisFew,
        scale.least,
        new Contender(OURS, ALL, () -> new LargeGroup(n).as(figures, OURS)));
  }

  private void beside(int n, long millis, int least, Contender ours) throws Exception {
    new Turns(millis, least, MOST_ROUNDS)
        .take(
            figures,
            n,
            List.of(
                ours,
                new Contender(WARM, ALL, () -> warm(n).as(figures, WARM)),
                new Contender(COLD, ALL, () -> MlsGroup.cold(n).as(figures, COLD)),
                new Contender(MlsIdeal.NAME, IDEAL, () -> ideal(n))));
  }

  private Player ideal(int n) throws Exception {
    MlsIdeal ideal = new MlsIdeal();
    return () -> ideal.measure(figures, n);
  }

  private MlsGroup warm(int n) throws Exception {
    MlsGroup group = warmTree;
    if (group == null) {
      group = MlsGroup.warm(1);
      warmTree = group;
    }
    group.growTo(n);
    return group;
  }

  // ---- in a full run

  /** That the few who are measured stand for all of them. */
  private void allOf() throws Exception {
    int n = scale.allOf;
    new Turns(0, 2, 2)
        .take(
            figures,
            n,
            List.of(new Contender(EVERYBODY, ALL, () -> CoreGroup.turns(n, figures, EVERYBODY))));
  }

  private void warmAlone() throws Exception {
    new Turns(0, scale.least, scale.least)
        .take(
            figures,
            scale.warmAlone,
            List.of(
                new Contender(
                    WARM,
                    REMOVAL,
                    () -> {
                      MlsGroup group = warm(scale.warmAlone);
                      return () -> group.measureRemoval(figures, WARM);
                    })));
  }
}
