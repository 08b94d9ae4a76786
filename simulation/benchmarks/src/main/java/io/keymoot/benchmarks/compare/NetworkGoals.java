package io.keymoot.benchmarks.compare;

import io.keymoot.benchmarks.compare.Cluster.Kind;
import io.keymoot.benchmarks.compare.Goal.Told;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The goals that whole nodes over a network are measured by. */
final class NetworkGoals {
  private static final int FEW = 8;
  private static final int MANY = 64;

  private static final String OURS = Kind.KEYMOOT.words;
  private static final String ASYMMETRIC = Kind.ASYMMETRIC.words;
  private static final String PLAIN = Kind.PLAIN.words;
  private static final double CALM_MILLIS = 25;
  private static final double FIRST_MESSAGE_MILLIS = 50;

  private NetworkGoals() {}

  static List<Goal> judge(Figures figures) {
    List<Goal> goals = new ArrayList<>();
    goals.add(
        new Goal.Judge(figures, MANY)
            .less("leave: bytes ≤ 1/8 of ASYM_ENCRYPT's", What.LEAVE_BYTES, ASYMMETRIC, 0.125));
    goals.add(calm(figures, FEW));
    goals.add(calm(figures, MANY));
    goals.add(firstMessage(figures));
    goals.add(
        new Goal.Judge(figures, Talking.THROUGHPUT_MEMBERS)
            .atLeast(
                "throughput ≥ SYM_ENCRYPT's, all of it authenticated",
                What.THROUGHPUT,
                Kind.SYMMETRIC.words));
    return goals;
  }

  /** Beside two: the limit, and what people have today. */
  private static Goal calm(Figures figures, int n) {
    String words = "worst delivery while one leaves ≤ plain + 25 ms (N\u00a0=\u00a0" + n + ")";
    What what = What.WORST_DELIVERY;
    Told ours = Told.of(figures, OURS, what, n);
    Told plain = Told.of(figures, PLAIN, what, n);
    Told asymmetric = Told.of(figures, ASYMMETRIC, what, n);
    Told theirs =
        new Told(
            "plain " + plain.whole() + "; ASYM_ENCRYPT " + asymmetric.whole(),
            "plain " + plain.brief() + "; ASYM_ENCRYPT " + asymmetric.brief());
    if (figures.failed(OURS, what, n)) {
      return Goal.failed(words, ours, theirs);
    }
    Optional<Double> our = figures.median(OURS, what, n);
    Optional<Double> its = figures.median(PLAIN, what, n);
    if (our.isEmpty() || its.isEmpty()) {
      return Goal.unmeasured(words);
    }
    double more = our.get() - its.get();
    String measured =
        "plain " + (more < 0 ? "− " : "+ ") + Spread.number(Math.abs(more)) + Spread.NARROW + "ms";
    return limited(words, ours, theirs, measured, more, CALM_MILLIS);
  }

  private static Goal firstMessage(Figures figures) {
    String words = "connect → first opened message ≤ 50 ms (N\u00a0=\u00a0" + MANY + ")";
    Told ours = Told.of(figures, OURS, What.FIRST_MESSAGE, MANY);
    Told theirs = Told.of(figures, ASYMMETRIC, What.FIRST_MESSAGE, MANY);
    if (figures.failed(OURS, What.FIRST_MESSAGE, MANY)) {
      return Goal.failed(words, ours, theirs);
    }
    return figures
        .median(OURS, What.FIRST_MESSAGE, MANY)
        .map(millis -> limited(words, ours, theirs, ours.brief(), millis, FIRST_MESSAGE_MILLIS))
        .orElse(Goal.unmeasured(words));
  }

  private static Goal limited(
      String words, Told ours, Told theirs, String measured, double millis, double most) {
    boolean isReached = millis <= most;
    String missed = ", missed by " + Spread.number(millis - most) + Spread.NARROW + "ms";
    return new Goal(
        words,
        Optional.of(isReached),
        ours,
        theirs,
        measured + (isReached ? "" : missed),
        Optional.empty());
  }
}
