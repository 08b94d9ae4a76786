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
 * @param isReached nothing if this run did not measure it
 * @param measured in words, with by how much it is missed
 * @param ratio of ours to theirs, turn by turn, where that is what it is about
 */
record Goal(
    String words,
    Optional<Boolean> isReached,
    Told ours,
    Told theirs,
    String measured,
    Optional<Spread> ratio) {

  /**
   * A figure.
   *
   * @param whole with its spread
   * @param brief without
   */
  record Told(String whole, String brief) {
    static final Told NOTHING = new Told("–", "–");

    static Told of(Figures figures, String who, What what, int n) {
      return new Told(figures.said(who, what, n), figures.briefly(who, what, n));
    }
  }

  private static final String OURS = Membership.OURS;
  private static final String WARM = Membership.WARM;
  private static final String COLD = Membership.COLD;
  private static final int N = Membership.LARGE;

  static final List<String> HEAD =
      List.of("", "goal", "Keymoot", "the other", "measured", "ratios (range)");

  static final List<String> BRIEF_HEAD = List.of("", "goal", "Keymoot", "the other", "measured");

  String tick() {
    return isReached.map(reached -> reached ? "✓" : "✗").orElse("–");
  }

  List<String> row() {
    return List.of(
        tick(), words, ours.whole, theirs.whole, measured, ratio.map(Goal::range).orElse(""));
  }

  List<String> briefRow() {
    return List.of(tick(), words, ours.brief, theirs.brief, measured);
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
    Judge whole = largestWithAll(figures);
    goals.add(whole.less("remove, in all: bytes ≤ 1.6 × warm MLS", What.REMOVE_IN_ALL, WARM, 1.6));
    goals.add(
        whole.less("remove, in all: bytes ≤ 1/20 of cold MLS", What.REMOVE_IN_ALL, COLD, 0.05));
    goals.add(
        mls.less(
            "refresh, who does it: CPU ≤ 1/5 of MLS's self-update",
            What.REFRESH_AUTHOR,
            WARM,
            0.2));
    goals.add(mls.less("refresh: bytes ≤ 1/5 of MLS's self-update", What.REFRESH_BYTES, WARM, 0.2));
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
    goals.addAll(NetworkGoals.judge(figures));
    return goals;
  }

  /** The largest group in which everybody was run beside MLS, and so renewed what was worn out. */
  private static Judge largestWithAll(Figures figures) {
    Judge largest = new Judge(figures, N);
    for (String who : List.of(OURS, Membership.EVERYBODY)) {
      for (int n : figures.sizes(who, What.REMOVE_IN_ALL)) {
        boolean isLarger = largest.n == N || n > largest.n;
        if (isLarger && figures.median(WARM, What.REMOVE_IN_ALL, n).isPresent()) {
          largest = new Judge(figures, who, n);
        }
      }
    }
    return largest;
  }

  /** What one figure is judged by: the ratio of ours to theirs, turn by turn. */
  record Judge(Figures figures, String who, int n) {
    Judge(Figures figures, int n) {
      this(figures, OURS, n);
    }

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
      String title = title(words, n);
      Told ours = Told.of(figures, who, what, n);
      Told theirs = Told.of(figures, other, what, n);
      if (figures.failed(who, what, n)) {
        return failed(title, ours, theirs);
      }
      Optional<Spread> ratio = figures.ratio(who, other, what, n);
      if (ratio.isEmpty()) {
        return figures.failed(other, what, n)
            ? new Goal(title, Optional.empty(), ours, theirs, "the other failed", ratio)
            : unmeasured(title);
      }
      double median = ratio.get().median();
      boolean reached = isReached.test(median);
      String missed = missedBy(missedBy.applyAsDouble(median));
      return new Goal(
          title,
          Optional.of(reached),
          ours,
          theirs,
          times(median) + (reached ? "" : missed),
          ratio);
    }
  }

  static String title(String words, int n) {
    return String.format(Locale.ROOT, "%s (N\u00a0=\u00a0%,d)", words, n);
  }

  static String missedBy(double times) {
    return ", missed by " + Spread.number(times) + Spread.NARROW + "×";
  }

  /** How one stands to the other, said the way that has a number above one. */
  static String times(double ratio) {
    return ratio < 1
        ? Spread.number(1 / ratio) + Spread.NARROW + "× less"
        : Spread.number(ratio) + Spread.NARROW + "× as much";
  }

  /** From the best to the worst pair. */
  static String range(Spread ratio) {
    return ratio.least() == ratio.most()
        ? times(ratio.median())
        : times(ratio.least()) + " to " + times(ratio.most());
  }

  static Goal failed(String title, Told ours, Told theirs) {
    return new Goal(title, Optional.of(false), ours, theirs, "missed: it failed", Optional.empty());
  }

  static Goal unmeasured(String title) {
    return new Goal(
        title,
        Optional.empty(),
        Told.NOTHING,
        Told.NOTHING,
        "not measured in this run",
        Optional.empty());
  }
}
