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
  private static final double AN_EIGHTH = 0.125;
  private static final double CALM_MILLIS = 25;
  private static final double FIRST_MESSAGE_MILLIS = 50;

  /** From here on a queue grows somewhere. */
  private static final double FULL_PERCENT = 90;

  private NetworkGoals() {}

  static List<Goal> judge(Figures figures) {
    List<Goal> goals = new ArrayList<>();
    goals.add(inAll(figures));
    goals.add(
        new Goal.Judge(figures, MANY)
            .less(
                "leave, for the new key alone: bytes ≤ 1/8 of ASYM_ENCRYPT's",
                What.LEAVE_BYTES,
                ASYMMETRIC,
                AN_EIGHTH));
    goals.add(calm(figures, FEW, Talking.Manner.OFTEN));
    goals.add(calm(figures, MANY, Talking.Manner.OFTEN));
    goals.add(calm(figures, MANY, Talking.Manner.LESS_OFTEN));
    goals.add(firstMessage(figures));
    goals.add(
        new Goal.Judge(figures, Talking.THROUGHPUT_MEMBERS)
            .atLeast(
                "throughput ≥ SYM_ENCRYPT's, all of it authenticated",
                What.THROUGHPUT,
                Kind.SYMMETRIC.words));
    return goals;
  }

  /**
   * With the keys of slots. Where nobody waited for whole nodes to renew them, what the same cores
   * need for it in time of their own is added to what whole nodes need for the new key.
   */
  private static Goal inAll(Figures figures) {
    String words = "leave, in all: bytes ≤ 1/8 of ASYM_ENCRYPT's";
    What what = What.LEAVE_IN_ALL;
    if (figures.failed(OURS, what, MANY) || figures.median(OURS, what, MANY).isPresent()) {
      return new Goal.Judge(figures, MANY).less(words, what, ASYMMETRIC, AN_EIGHTH);
    }
    Optional<Double> key = figures.median(OURS, What.LEAVE_BYTES, MANY).filter(n -> n > 0);
    Optional<Double> cores = figures.median(OURS, What.REMOVE_IN_ALL, MANY);
    Optional<Double> coresForTheKey = figures.median(OURS, What.REMOVE_ALL_BYTES, MANY);
    Optional<Double> its = figures.median(ASYMMETRIC, what, MANY);
    if (key.isEmpty() || cores.isEmpty() || coresForTheKey.isEmpty() || its.isEmpty()) {
      return Goal.unmeasured(Goal.title(words, MANY));
    }
    double slots = cores.get() - coresForTheKey.get();
    double ratio = (key.get() + slots) / its.get();
    String told =
        Told.of(figures, OURS, What.LEAVE_BYTES, MANY).brief()
            + ", and for slots, by cores alone, "
            + Spread.of(List.of(slots)).in(what.unit);
    return new Goal(
        Goal.title(words, MANY),
        Optional.of(ratio <= AN_EIGHTH),
        new Told(told, told),
        Told.of(figures, ASYMMETRIC, what, MANY),
        Goal.times(ratio) + (ratio <= AN_EIGHTH ? "" : Goal.missedBy(ratio / AN_EIGHTH)),
        Optional.empty());
  }

  /** Beside two: the limit, and what people have today. */
  private static Goal calm(Figures figures, int n, Talking.Manner manner) {
    String often = manner == Talking.Manner.OFTEN ? "" : ", a quarter of the talk";
    String words = Goal.title("worst delivery while one leaves ≤ plain + 25 ms" + often, n);
    What what = manner.worst;
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
    return limited(words, ours, theirs, measured, more, CALM_MILLIS, full(figures, manner.cpu, n));
  }

  /** Where there is nothing left of the machine before anybody leaves, that is what is measured. */
  private static String full(Figures figures, What cpu, int n) {
    double used = figures.median(OURS, cpu, n).orElse(0.0);
    return used < FULL_PERCENT
        ? ""
        : "; the processors were "
            + Spread.number(used)
            + Spread.NARROW
            + "% full before anybody left";
  }

  private static Goal firstMessage(Figures figures) {
    String words = Goal.title("connect → first opened message ≤ 50 ms", MANY);
    Told ours = Told.of(figures, OURS, What.FIRST_MESSAGE, MANY);
    Told theirs = Told.of(figures, ASYMMETRIC, What.FIRST_MESSAGE, MANY);
    if (figures.failed(OURS, What.FIRST_MESSAGE, MANY)) {
      return Goal.failed(words, ours, theirs);
    }
    return figures
        .median(OURS, What.FIRST_MESSAGE, MANY)
        .map(millis -> limited(words, ours, theirs, ours.brief(), millis, FIRST_MESSAGE_MILLIS, ""))
        .orElse(Goal.unmeasured(words));
  }

  private static Goal limited(
      String words,
      Told ours,
      Told theirs,
      String measured,
      double millis,
      double most,
      String besides) {
    boolean isReached = millis <= most;
    String missed = ", missed by " + Spread.number(millis - most) + Spread.NARROW + "ms";
    return new Goal(
        words,
        Optional.of(isReached),
        ours,
        theirs,
        measured + (isReached ? "" : missed) + besides,
        Optional.empty());
  }
}
