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
   * @param inAll whether all that the first leave brings about is waited for
   * @param disruptions how often one leaves while all talk
   * @param slower and how often once more while all talk less
   */
  record Visit(Kind kind, int n, int changes, boolean inAll, int disruptions, int slower) {
    String words() {
      return "transport: " + kind.words + ", N = " + n;
    }

    /** Ours waits longer between two changes. */
    double seconds(Times times) {
      double settles = times.settles(kind) / 1e3 + 0.2;
      double change = settles + (kind.isOurs() ? 2.5 : 1) + (times.idle + times.gone) / 1e3;
      double talk = 0.5 + (times.runUp + times.calm + times.disturbed) / 1e3;
      int talks = disruptions + slower;
      double rests = inAll && kind.isOurs() ? 2 * (n / 3.0 + times.quiet / 1e3) : 0;
      return 1
          + n / 16.0
          + settles
          + changes * change
          + rests
          + talks * talk
          + Math.max(0, talks - 1) * settles;
    }
  }

  /**
   * How long everything takes that lasts as long as one likes, in milliseconds.
   *
   * @param settleOurs after a change, until the next one of ours finds calm: a refresh follows
   *     joins by two seconds, and a leave within four of a Rekey waits for others
   * @param settleAsymmetric the same for ASYM_ENCRYPT, whose newcomers ask for the key
   * @param settle the same for all others
   * @param idle in which it is seen what goes over the network anyway
   * @param gone after a leave, until all that it brings about is over, but for keys of slots
   * @param quiet in which nobody says a word about keys of slots: then they are renewed
   * @param renewal the longest that is waited for that
   * @param runUp of talk, before it counts
   * @param calm of talk, in which nobody leaves
   * @param disturbed of talk, from the leave on
   * @param fullSpeed until the throughput counts, in each turn
   * @param round in which throughput is measured
   */
  record Times(
      long settleOurs,
      long settleAsymmetric,
      long settle,
      long idle,
      long gone,
      long quiet,
      long renewal,
      long runUp,
      long calm,
      long disturbed,
      long fullSpeed,
      long round) {
    static final Times USUAL =
        new Times(
            6_500, 3_000, 1_000, 1_000, 1_000, 12_000, 150_000, 2_000, 1_000, 3_000, 1_000, 1_000);

    static final Times SHORTER =
        new Times(6_500, 2_500, 300, 1_000, 1_000, 8_000, 60_000, 1_000, 1_000, 2_500, 400, 500);

    long settles(Kind kind) {
      return switch (kind) {
        case KEYMOOT -> settleOurs;
        case ASYMMETRIC -> settleAsymmetric;
        case PLAIN, SYMMETRIC -> settle;
      };
    }
  }

  /**
   * How much of it.
   *
   * @param warmUpMillis of talk, for each kind
   * @param throughput whose is measured, in so many rounds
   * @param together sizes at which throughput is measured in turns, all of them in this JVM at once
   * @param alone sizes at which that would be too many, so that one is measured after the other
   * @param datagrams sizes at which a leave is measured over UDP too
   * @param patienceSeconds what does not come about in so long counts as failed
   */
  record Scale(
      long warmUpMillis,
      List<Kind> throughput,
      List<Integer> together,
      List<Integer> alone,
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
    double warmUp = scale.warmUpMillis / 1e3 + 0.5;
    for (Kind kind : scale.throughput) {
      steps.add(new Step("transport: warming up " + kind.words, warmUp, () -> warmUp(kind)));
    }
    for (int n : scale.together) {
      steps.add(throughput("in turns", scale.throughput, n));
    }
    for (int n : scale.alone) {
      for (Kind kind : scale.throughput) {
        steps.add(throughput(kind.words, List.of(kind), n));
      }
    }
    for (Visit visit : scale.visits) {
      steps.add(new Step(visit.words(), visit.seconds(scale.times), () -> visit(visit)));
    }
    for (int n : scale.datagrams) {
      for (Kind kind : OVER_DATAGRAMS) {
        double seconds = 2 + scale.times.settles(kind) / 1e3 + n / 10.0;
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

  private Step throughput(String words, List<Kind> kinds, int n) {
    int lanes = kinds.size() + (kinds.contains(Kind.KEYMOOT) ? 1 : 0);
    double turn = (scale.times.round + scale.times.fullSpeed) / 1e3 + 0.1;
    return new Step(
        "transport: throughput, " + words + ", N = " + n,
        1
            + lanes * ((1 + scale.rounds) * turn + 2 * scale.times.fullSpeed / 1e3)
            + kinds.size() * n / 10.0,
        () -> throughput(kinds, n));
  }

  /** Where senders can be proved, once more with that, in turns of its own. */
  private void throughput(List<Kind> kinds, int n) throws InterruptedException {
    List<Cluster> made = new ArrayList<>();
    List<Turns.Contender> contenders = new ArrayList<>();
    for (Kind kind : kinds) {
      Cluster[] its = new Cluster[1];
      contenders.add(
          new Turns.Contender(
              kind.words,
              List.of(What.THROUGHPUT),
              () -> {
                its[0] = form(kind, n).unsettled();
                made.add(its[0]);
                return new Talking.Lane(kind.words, its[0], false, scale.times, figures);
              }));
      if (kind.isOurs()) {
        contenders.add(
            new Turns.Contender(
                PROVED,
                List.of(What.THROUGHPUT),
                () -> {
                  if (its[0] == null) {
                    throw new IllegalStateException("there is no group of them");
                  }
                  return new Talking.Lane(PROVED, its[0], true, scale.times, figures);
                }));
      }
    }
    try {
      new Turns(0, 1 + scale.rounds, 1 + scale.rounds).take(figures, n, contenders);
    } finally {
      made.forEach(Cluster::close);
    }
  }

  private void visit(Visit visit) throws Exception {
    List<What> all = new ArrayList<>();
    if (visit.changes > 0) {
      all.addAll(Changing.LEAVING);
      all.addAll(Changing.COMING);
    }
    if (visit.inAll) {
      all.addAll(Changing.renewing(visit.kind));
    }
    all.addAll(talks(visit));
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

  private static List<What> talks(Visit visit) {
    List<What> talks = new ArrayList<>();
    if (visit.disruptions > 0) {
      talks.add(What.WORST_DELIVERY);
    }
    if (visit.slower > 0) {
      talks.add(What.WORST_SLOWER);
    }
    return talks;
  }

  /** What fails stops what would come after it: the cluster is no longer as it should be. */
  private void act(Visit visit, Cluster cluster) throws Exception {
    String who = visit.kind.words;
    boolean works = true;
    for (int i = 0; works && i < visit.changes; i++) {
      works =
          leaves(visit, cluster, i == 0 && visit.inAll)
              && attempt(who, visit.n, Changing.COMING, () -> Changing.come(cluster, figures))
              && attempt(who, visit.n, Changing.COMING, cluster::settle);
    }
    for (int i = 0; works && i < visit.disruptions + visit.slower; i++) {
      Talking.Manner manner =
          i < visit.disruptions ? Talking.Manner.OFTEN : Talking.Manner.LESS_OFTEN;
      boolean isFirst = i == 0;
      works =
          attempt(
              who,
              visit.n,
              List.of(manner.worst),
              () -> {
                if (!isFirst) {
                  cluster.newSeat().connect();
                  cluster.settle();
                }
                Talking.disruption(cluster, manner, scale.times, figures);
              });
    }
    if (!works) {
      missing(who, visit.n, talks(visit), "not tried after what failed before");
    }
  }

  /** What does not come to rest fails at that and at nothing else. */
  private boolean leaves(Visit visit, Cluster cluster, boolean inAll) throws InterruptedException {
    String who = visit.kind.words;
    boolean isAtRest =
        inAll
            && (!visit.kind.isOurs()
                || attempt(
                    who,
                    visit.n,
                    Changing.renewing(visit.kind),
                    () -> Changing.comesToRest(new Changing.Meter(), scale.times)));
    List<Changing.Meter> since = new ArrayList<>();
    boolean works =
        attempt(
            who,
            visit.n,
            Changing.LEAVING,
            () -> since.add(Changing.leave(cluster, scale.times, figures)));
    if (works && isAtRest) {
      attempt(
          who,
          visit.n,
          Changing.renewing(visit.kind),
          () -> Changing.inAll(visit.kind, visit.n, since.get(0), scale.times, figures));
    }
    return works;
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
