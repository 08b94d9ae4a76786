package io.keymoot.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.DoubleUnaryOperator;

/**
 * What we set out to reach, and what came out.
 *
 * @param ours our figure, and theirs beside it; empty if this run did not measure them
 * @param measured in words, with by how much it is missed
 */
record Goal(
    String words, Optional<Boolean> isReached, String ours, String theirs, String measured) {

  private static final String OURS = Membership.OURS;
  private static final String WARM = Membership.WARM;
  private static final String COLD = Membership.COLD;
  private static final int N = Membership.LARGE;

  static final List<String> HEAD = List.of("", "goal", "Keymoot", "the other", "measured");

  String tick() {
    return isReached.map(reached -> reached ? "✓" : "✗").orElse("–");
  }

  List<String> row() {
    return List.of(tick(), words, ours, theirs, measured);
  }

  static List<Goal> judge(Figures figures) {
    List<Goal> goals = new ArrayList<>();
    Judge mls = new Judge(figures, N);
    goals.add(
        mls.less("remove, who does it: CPU ≤ 1/10 of warm MLS", What.REMOVE_AUTHOR, WARM, 0.1));
    goals.add(
        mls.less(
            "remove, each who follows: CPU ≤ 1/40 of warm MLS", What.REMOVE_FOLLOW, WARM, 0.025));
    goals.add(mls.less("remove: bytes of all ≤ 1.6 × warm MLS", What.REMOVE_ALL_BYTES, WARM, 1.6));
    goals.add(
        mls.less("remove: bytes of all ≤ 1/20 of cold MLS", What.REMOVE_ALL_BYTES, COLD, 0.05));
    goals.add(
        mls.less(
            "refresh, who does it: CPU ≤ 1/5 of MLS's self-update",
            What.REFRESH_AUTHOR,
            WARM,
            0.2));
    goals.add(mls.less("memory of a member ≤ 1/5 of warm MLS", What.STATE, WARM, 0.2));
    goals.add(
        mls.less(
            "memory with the facts it fetched ≤ 1/5 of warm MLS",
            What.STATE_WITH_FACTS,
            WARM,
            0.2));
    goals.add(mls.less("Grant ≤ 1/50 of the Welcome", What.WELCOME_BYTES, WARM, 0.02));
    goals.add(
        mls.less(
            "Grant with the facts it fetches ≤ 1/50 of the Welcome",
            What.WELCOME_WITH_FACTS,
            WARM,
            0.02));
    goals.addAll(Transports.goals(figures));
    return goals;
  }

  /** What one figure is judged by: the ratio of ours to theirs, turn by turn. */
  record Judge(Figures figures, int n) {
    Goal less(String words, What what, String other, double most) {
      return judge(words, what, other, ratio -> ratio <= most, ratio -> ratio / most);
    }

    Goal atLeast(String words, What what, String other) {
      return judge(words, what, other, ratio -> ratio >= 1, ratio -> 1 / ratio);
    }

    private Goal judge(
        String words,
        What what,
        String other,
        DoublePredicate isReached,
        DoubleUnaryOperator missedBy) {
      String title = String.format(Locale.ROOT, "%s (N\u00a0=\u00a0%,d)", words, n);
      String ours = figures.said(OURS, what, n);
      String theirs = figures.said(other, what, n);
      return figures
          .ratio(OURS, other, what, n)
          .map(Spread::median)
          .map(
              ratio ->
                  new Goal(
                      title,
                      Optional.of(isReached.test(ratio)),
                      ours,
                      theirs,
                      times(ratio)
                          + (isReached.test(ratio)
                              ? ""
                              : ", missed by "
                                  + Spread.number(missedBy.applyAsDouble(ratio))
                                  + Spread.NARROW
                                  + "×")))
          .orElseGet(
              () ->
                  figures.failed(OURS, what, n)
                      ? new Goal(title, Optional.of(false), ours, theirs, "missed: it failed")
                      : figures.failed(other, what, n)
                          ? new Goal(title, Optional.empty(), ours, theirs, "the other failed")
                          : unmeasured(title));
    }
  }

  /** How one stands to the other, said the way that has a number above one. */
  static String times(double ratio) {
    return ratio < 1
        ? Spread.number(1 / ratio) + Spread.NARROW + "× less"
        : Spread.number(ratio) + Spread.NARROW + "× as much";
  }

  static Goal unmeasured(String title) {
    return new Goal(title, Optional.empty(), "–", "–", "not measured in this run");
  }
}
