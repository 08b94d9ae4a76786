package io.keymoot.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What we set out to reach, and what came out.
 *
 * @param measured in words; empty if this run did not measure it
 */
record Goal(String words, Optional<Boolean> isReached, String measured) {

  private static final String OURS = Membership.OURS;
  private static final String WARM = Membership.WARM;
  private static final String COLD = Membership.COLD;

  String tick() {
    return isReached.map(reached -> reached ? "✓" : "✗").orElse("–");
  }

  static List<Goal> judge(Figures figures) {
    List<Goal> goals = new ArrayList<>();
    int n = 1_024;
    goals.add(
        times(
            figures,
            "remove: ≥ 10 × less CPU than warm MLS, who does it",
            What.REMOVE_AUTHOR,
            n,
            10));
    goals.add(
        times(
            figures,
            "remove: ≥ 40 × less CPU than warm MLS, who follows",
            What.REMOVE_FOLLOW,
            n,
            40));
    goals.add(share(figures, "memory of a member ≤ 1/5 of warm MLS", What.STATE, WARM, n, 0.2));
    goals.add(share(figures, "Grant ≤ 1/50 of the Welcome", What.WELCOME_BYTES, WARM, n, 0.02));
    goals.add(
        share(
            figures,
            "Grant and the facts fetched ≤ the Welcome",
            What.WELCOME_WITH_FACTS,
            WARM,
            n,
            1));
    goals.add(
        share(
            figures,
            "bytes of a removal, all of them ≤ 1.6 × warm MLS",
            What.REMOVE_ALL_BYTES,
            WARM,
            n,
            1.6));
    goals.add(
        share(
            figures,
            "bytes of a removal, all of them ≤ 1/20 of cold MLS",
            What.REMOVE_ALL_BYTES,
            COLD,
            n,
            0.05));
    goals.add(
        share(figures, "refresh ≤ 1/5 of MLS's self-update", What.REFRESH_AUTHOR, WARM, n, 0.2));
    goals.addAll(Transports.goals(figures));
    return goals;
  }

  private static Goal times(Figures figures, String words, What what, int n, double least) {
    String title = words + " (N = " + n + ")";
    return figures
        .ratio(WARM, OURS, what, n)
        .map(
            ratio ->
                new Goal(
                    title,
                    Optional.of(ratio.median() >= least),
                    Spread.number(ratio.median()) + " ×" + missed(least, ratio.median())))
        .orElse(unmeasured(title));
  }

  /** By how much a goal that asks for at least so many times is missed. */
  private static String missed(double least, double median) {
    return median >= least ? "" : ", short by " + Spread.number(least / median) + " ×";
  }

  static Goal share(Figures figures, String words, What what, String other, int n, double most) {
    String title = words + " (N = " + n + ")";
    return figures
        .ratio(OURS, other, what, n)
        .map(
            ratio ->
                new Goal(
                    title,
                    Optional.of(ratio.median() <= most),
                    times(ratio.median())
                        + (ratio.median() <= most
                            ? ""
                            : ", over by " + Spread.number(ratio.median() / most) + " ×")))
        .orElse(unmeasured(title));
  }

  private static String times(double ratio) {
    return Spread.number(ratio) + (ratio < 1 ? " of it" : " × as much");
  }

  static Goal atLeast(Figures figures, String words, What what, String other, int n) {
    String title = words + " (N = " + n + ")";
    return figures
        .ratio(OURS, other, what, n)
        .map(
            ratio ->
                new Goal(
                    title,
                    Optional.of(ratio.median() >= 1),
                    times(ratio.median())
                        + (ratio.median() >= 1
                            ? ""
                            : ", short by " + Spread.number(1 / ratio.median()) + " ×")))
        .orElse(unmeasured(title));
  }

  static Goal unmeasured(String title) {
    return new Goal(title, Optional.empty(), "not measured in this run");
  }
}
