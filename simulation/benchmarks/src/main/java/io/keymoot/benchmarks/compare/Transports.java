package io.keymoot.benchmarks.compare;

import io.keymoot.benchmarks.compare.Cluster.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Whole nodes over JGroups, beside JGroups' own encryptions and none: all members in this JVM, on
 * the same kind of channel, in real time. Which of them is measured at what, and in what order.
 */
final class Transports {
  /** Of our throughput, where each message proves which member sent it. */
  static final String PROVED = "Keymoot, senders proved";

  /**
   * So many of one kind.
   *
   * @param changes how often one leaves and another comes
   * @param disruptions how often one leaves while all talk
   */
  record Visit(Kind kind, int n, int changes, int disruptions) {
    String words() {
      return "transport: " + kind.words + ", N = " + n;
    }

    /** Ours waits longer between two changes, and is watched longer after a leave. */
    double seconds(Times times) {
      double settles = times.settles(kind) / 1e3 + 0.2;
      double change = settles + 1 + (times.idle + times.gone) / 1e3;
      double slots = kind.isOurs() ? 1 + times.slots / 1e3 : 0;
      double talk = 1 + (times.runUp + times.calm + times.disturbed) / 1e3;
      return 1
          + n / 20.0
          + settles
          + changes * (change + slots)
          + disruptions * talk
          + Math.max(0, disruptions - 1) * settles;
    }
  }

  /**
   * How long everything takes that lasts as long as one likes, in milliseconds.
   *
   * @param settleOurs after a change, until the next one of ours finds calm: a refresh follows
   *     joins by two seconds, and a leave within four of a Rekey waits for others
   * @param settle the same for all others
   * @param idle in which it is seen what goes over the network anyway
   * @param gone after a leave, until all that it brings about is over
   * @param slots after that: ours goes on renewing the keys of slots, which nobody waits for
   * @param runUp of talk, before it counts
   * @param calm of talk, in which nobody leaves
   * @param disturbed of talk, from the leave on
   * @param fullSpeed until the throughput counts
   * @param round in which throughput is measured
   */
  record Times(
      long settleOurs,
      long settle,
      long idle,
      long gone,
      long slots,
      long runUp,
      long calm,
      long disturbed,
      long fullSpeed,
      long round) {
    static final Times USUAL =
        new Times(6_500, 300, 1_000, 1_000, 5_000, 1_000, 1_000, 3_000, 2_500, 1_000);

    static final Times SHORTER =
        new Times(6_500, 300, 1_000, 1_000, 3_000, 1_000, 1_000, 3_000, 2_000, 1_000);

    long settles(Kind kind) {
      return kind.isOurs() ? settleOurs : settle;
    }
  }

  /**
   * How much of it.
   *
   * @param warmUpMillis of talk, for each kind
   * @param throughput whose is measured, in so many rounds of a second
   * @param datagrams sizes at which a leave is measured over UDP too
   * @param patienceSeconds what does not come about in so long counts as failed
   */
  record Scale(
      long warmUpMillis,
      List<Kind> throughput,
      int rounds,
      List<Visit> visits,
      List<Integer> datagrams,
      Times times,
      int patienceSeconds) {}

  private static final List<Kind> OVER_DATAGRAMS =
      List.of(Kind.KEYMOOT, Kind.PLAIN, Kind.ASYMMETRIC);

  private final Scale scale;
  private final Figures figures;

  private Transports(Scale scale, Figures figures) {
    this.scale = scale;
    this.figures = figures;
  }

  static List<Step> steps(Scale scale, Figures figures) {
    return new Transports(scale, figures).steps();
  }

  private List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    double warmUp = scale.warmUpMillis / 1e3 + 1;
    for (Kind kind : scale.throughput) {
      steps.add(new Step("transport: warming up " + kind.words, warmUp, () -> warmUp(kind)));
    }
    for (Kind kind : scale.throughput) {
      double each = (scale.rounds * scale.times.round + scale.times.fullSpeed) / 1e3;
      double seconds = kind.isOurs() ? 1 + 2 * each : 1 + each;
      steps.add(
          new Step("transport: " + kind.words + ", throughput", seconds, () -> throughput(kind)));
    }
    for (Visit visit : scale.visits) {
      steps.add(new Step(visit.words(), visit.seconds(scale.times), () -> visit(visit)));
    }
    for (int n : scale.datagrams) {
      for (Kind kind : OVER_DATAGRAMS) {
        double seconds =
            2 + scale.times.settles(kind) / 1e3 + n / 6.0 + (kind == Kind.ASYMMETRIC ? n / 5.0 : 0);
        steps.add(
            new Step(
                "transport: " + kind.words + " over UDP, N = " + n,
                seconds,
                () -> datagrams(kind, n)));
      }
    }
    return steps;
  }

  private Cluster.Forming form(Kind kind, int members) {
    return new Cluster.Forming(
        kind, members, false, scale.times.settles(kind), scale.patienceSeconds);
  }

  /** Whoever comes first would pay for compiling what all of them use. */
  private void warmUp(Kind kind) throws Exception {
    try (Cluster cluster = form(kind, Talking.THROUGHPUT_MEMBERS).unsettled()) {
      Talking.chat(cluster, scale.warmUpMillis);
    }
  }

  private void throughput(Kind kind) throws Exception {
    attempt(
        kind.words,
        Talking.THROUGHPUT_MEMBERS,
        List.of(What.THROUGHPUT),
        () -> {
          try (Cluster cluster = form(kind, Talking.THROUGHPUT_MEMBERS).unsettled()) {
            Talking.throughput(cluster, scale.rounds, scale.times, figures);
          }
        });
  }

  private void visit(Visit visit) throws Exception {
    List<What> all = new ArrayList<>();
    if (visit.changes > 0) {
      all.addAll(Changing.LEAVING);
      all.addAll(Changing.COMING);
    }
    if (visit.disruptions > 0) {
      all.add(What.WORST_DELIVERY);
    }
    attempt(
        visit.kind.words,
        visit.n,
        all,
        () -> {
          try (Cluster cluster = form(visit.kind, visit.n).settled()) {
            act(visit, cluster);
          }
        });
  }

  /** What fails stops what would come after it: the cluster is no longer as it should be. */
  private void act(Visit visit, Cluster cluster) throws Exception {
    String who = visit.kind.words;
    boolean works = true;
    for (int i = 0; works && i < visit.changes; i++) {
      works =
          attempt(
                  who,
                  visit.n,
                  Changing.LEAVING,
                  () -> Changing.leave(cluster, scale.times, figures))
              && attempt(who, visit.n, Changing.COMING, () -> Changing.come(cluster, figures))
              && attempt(who, visit.n, Changing.COMING, cluster::settle);
    }
    for (int i = 0; works && i < visit.disruptions; i++) {
      boolean isFirst = i == 0;
      works =
          attempt(
              who,
              visit.n,
              List.of(What.WORST_DELIVERY),
              () -> {
                if (!isFirst) {
                  cluster.newSeat().connect();
                  cluster.settle();
                }
                Talking.disruption(cluster, scale.times, figures);
              });
    }
    if (!works && visit.disruptions > 0) {
      missing(who, visit.n, List.of(What.WORST_DELIVERY), "not tried after what failed before");
    }
  }

  /** Real datagrams, each to one: a message that does not fit one is lost each time. */
  private void datagrams(Kind kind, int n) throws Exception {
    attempt(
        kind.words,
        n,
        List.of(What.DATAGRAM_LEAVE),
        () -> {
          try (Cluster cluster = form(kind, n).overDatagrams().settled()) {
            Changing.leaveOverDatagrams(cluster, figures);
          }
        });
  }

  /** What does not work is a result, and the rest is measured. */
  private boolean attempt(String who, int n, List<What> measures, Cpu.Work work)
      throws InterruptedException {
    try {
      work.run();
      return true;
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | LinkageError e) {
      measures.forEach(what -> figures.fails(who, what, n, Progress.why(e)));
      return false;
    }
  }

  private void missing(String who, int n, List<What> measures, String why) {
    for (What what : measures) {
      if (figures.median(who, what, n).isEmpty()) {
        figures.fails(who, what, n, why);
      }
    }
  }
}
