package io.keymoot.benchmarks.compare;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Whole nodes over JGroups, beside JGroups' own encryptions and none: all members in this JVM, on
 * the same kind of channel, in real time.
 */
final class Transports {
  private static final int FEW = 8;
  private static final int MANY = 64;
  private static final int MOST = 128;
  private static final long TALK_MILLIS = 3_000;

  /** All together speak this often, however many they are: else the machine is what is measured. */
  private static final double WORDS_A_SECOND = 1_600;

  private static final long MOST_OFTEN_NANOS = 5_000_000;
  private static final int THROUGHPUT_MEMBERS = 4;
  private static final int MESSAGE_BYTES = 1_000;

  private Transports() {}

  static void run(boolean isQuick, Figures figures, Progress progress) throws Exception {
    for (Cluster.Kind kind : Cluster.Kind.values()) {
      boolean isLimit = kind == Cluster.Kind.SYMMETRIC;
      List<Integer> sizes =
          !isQuick ? List.of(4, FEW, 32, MANY) : isLimit ? List.of(FEW) : List.of(FEW, MANY);
      for (int n : sizes) {
        progress.say("transport: " + kind.words + ", N = " + n);
        boolean isDisrupted = n == FEW || n == MANY;
        int disruptions = !isDisrupted ? 0 : isQuick ? 1 : 7;
        int rounds = !isQuick ? 15 : n == FEW ? 3 : 1;
        attempt(
            figures,
            kind.words,
            What.LEAVE_TIME,
            n,
            () -> comeAndGo(kind, n, rounds, disruptions, figures));
      }
      progress.say("transport: " + kind.words + ", throughput");
      attempt(
          figures,
          kind.words,
          What.THROUGHPUT,
          THROUGHPUT_MEMBERS,
          () -> throughput(kind, isQuick ? 3 : 15, figures));
      if (!isQuick && !isLimit) {
        progress.say("transport: " + kind.words + ", N = " + MOST);
        attempt(
            figures, kind.words, What.LEAVE_TIME, MOST, () -> comeAndGo(kind, MOST, 5, 0, figures));
        for (int n : List.of(MANY, MOST)) {
          progress.say("transport: " + kind.words + " over UDP, N = " + n);
          attempt(figures, kind.words, What.DATAGRAM_LEAVE, n, () -> datagrams(kind, n, figures));
        }
      }
    }
  }

  /** What does not work at all is a result, and the rest is measured. */
  private static void attempt(Figures figures, String who, What what, int n, Cpu.Work work)
      throws Exception {
    try {
      work.run();
    } catch (IllegalStateException e) {
      figures.fails(who, what, n, String.valueOf(e.getMessage()));
    }
  }

  // ---- one leaves, another comes

  private static void comeAndGo(
      Cluster.Kind kind, int n, int rounds, int disruptions, Figures figures) throws Exception {
    try (Cluster cluster = Cluster.of(kind, n)) {
      // What goes over the network anyway is not the leave's.
      double idle = bytesWithin(1_000) / 1_000.0;
      for (int i = 0; i < rounds; i++) {
        leave(cluster, n, idle, figures);
        come(cluster, n, figures);
        cluster.settle();
      }
      if (disruptions > 0) {
        attempt(
            figures,
            kind.words,
            What.WORST_DELIVERY,
            n,
            () -> disruptions(cluster, n, disruptions, figures));
      }
    }
  }

  /** Real datagrams, each to one: a message that does not fit one is lost each time. */
  private static void datagrams(Cluster.Kind kind, int n, Figures figures) throws Exception {
    try (Cluster cluster = Cluster.overDatagrams(kind, n)) {
      String before = cluster.seats.get(0).key();
      Seat leaver = cluster.seats.remove(n - 1);
      long start = System.nanoTime();
      Thread leaving = Thread.ofVirtual().start(() -> leaveQuietly(leaver));
      Cluster.until(() -> cluster.allHoldOneKey(before, n - 1), "the others hold a new key");
      figures.add(kind.words, What.DATAGRAM_LEAVE, n, (System.nanoTime() - start) / 1e6);
      leaving.join();
      leaver.close();
    }
  }

  private static void leave(Cluster cluster, int n, double idleBytesAMilli, Figures figures)
      throws Exception {
    String before = cluster.seats.get(0).key();
    Seat leaver = cluster.seats.remove(n - 1);
    long bytes = ByteCount.sum();
    long start = System.nanoTime();
    Thread leaving = Thread.ofVirtual().start(() -> leaveQuietly(leaver));
    Cluster.until(
        () -> cluster.allHoldOneKey(before, n - 1), "the " + (n - 1) + " left hold a new key");
    double millis = (System.nanoTime() - start) / 1e6;
    Cluster.pause(500);
    double elapsed = (System.nanoTime() - start) / 1e6;
    double net = ByteCount.sum() - bytes - idleBytesAMilli * elapsed;
    leaving.join();
    leaver.close();
    figures.add(cluster.kind.words, What.LEAVE_TIME, n, millis);
    figures.add(cluster.kind.words, What.LEAVE_BYTES, n, Math.max(0, net));
  }

  private static void leaveQuietly(Seat seat) {
    try {
      seat.leave();
    } catch (Exception e) {
      throw new IllegalStateException("could not leave", e);
    }
  }

  private static long bytesWithin(long millis) {
    long before = ByteCount.sum();
    Cluster.pause(millis);
    return ByteCount.sum() - before;
  }

  private static void come(Cluster cluster, int n, Figures figures) throws Exception {
    AtomicBoolean isOver = new AtomicBoolean();
    Seat speaker = cluster.seats.get(0);
    Thread speaking =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!isOver.get()) {
                    say(speaker);
                    LockSupport.parkNanos(1_000_000);
                  }
                });
    Seat newcomer = cluster.newSeat();
    AtomicLong first = new AtomicLong();
    newcomer.onMessage(message -> first.compareAndSet(0, System.nanoTime()));
    long start = System.nanoTime();
    newcomer.connect();
    try {
      Cluster.until(() -> first.get() != 0, "a newcomer opens a message");
      figures.add(cluster.kind.words, What.FIRST_MESSAGE, n, (first.get() - start) / 1e6);
    } finally {
      isOver.set(true);
      speaking.join();
    }
  }

  private static void say(Seat seat) {
    try {
      seat.send(ByteBuffer.allocate(100).putLong(System.nanoTime()).array());
    } catch (Exception e) {
      // A channel that is just closing: what it would have said is not missed.
    }
  }

  // ---- all talk while one leaves

  private static void disruptions(Cluster cluster, int n, int times, Figures figures)
      throws Exception {
    for (int i = 0; i < times; i++) {
      if (i > 0) {
        cluster.newSeat().connect();
        cluster.settle();
      }
      disruption(cluster, n, figures);
    }
  }

  private static void disruption(Cluster cluster, int n, Figures figures) throws Exception {
    Seat leaver = cluster.seats.remove(n - 1);
    List<Seat> stay = List.copyOf(cluster.seats);
    AtomicLong worst = new AtomicLong();
    AtomicBoolean counts = new AtomicBoolean();
    for (Seat seat : stay) {
      seat.onMessage(
          message -> {
            if (counts.get()) {
              long nanos = System.nanoTime() - ByteBuffer.wrap(message).getLong();
              worst.accumulateAndGet(nanos, Math::max);
            }
          });
    }
    long pause = Math.max(MOST_OFTEN_NANOS, (long) (1e9 * n / WORDS_A_SECOND));
    AtomicBoolean isOver = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (Seat seat : stay) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!isOver.get()) {
                      say(seat);
                      LockSupport.parkNanos(pause);
                    }
                  }));
    }
    Cluster.pause(1_500);
    counts.set(true);
    Cluster.pause(TALK_MILLIS / 6);
    leaver.leave();
    Cluster.pause(TALK_MILLIS);
    isOver.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    Cluster.pause(500);
    leaver.close();
    figures.add(cluster.kind.words, What.WORST_DELIVERY, n, worst.get() / 1e6);
  }

  // ---- one sends all it can

  private static void throughput(Cluster.Kind kind, int rounds, Figures figures) throws Exception {
    try (Cluster cluster = Cluster.of(kind, THROUGHPUT_MEMBERS)) {
      AtomicLong received = new AtomicLong();
      for (Seat seat : cluster.seats.subList(1, THROUGHPUT_MEMBERS)) {
        seat.onMessage(message -> received.incrementAndGet());
      }
      AtomicBoolean isOver = new AtomicBoolean();
      Seat sender = cluster.seats.get(0);
      byte[] message = new byte[MESSAGE_BYTES];
      Thread sending =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!isOver.get()) {
                      try {
                        if (!sender.send(message)) {
                          LockSupport.parkNanos(50_000);
                        }
                      } catch (Exception e) {
                        isOver.set(true);
                      }
                    }
                  });
      Cluster.pause(2_000);
      for (int i = 0; i < rounds; i++) {
        long before = received.get();
        long start = System.nanoTime();
        Cluster.pause(1_000);
        double seconds = (System.nanoTime() - start) / 1e9;
        double rate = (received.get() - before) / seconds / (THROUGHPUT_MEMBERS - 1);
        figures.add(kind.words, What.THROUGHPUT, THROUGHPUT_MEMBERS, rate);
      }
      isOver.set(true);
      sending.join();
    }
  }

  // ---- goals

  static List<Goal> goals(Figures figures) {
    List<Goal> goals = new ArrayList<>();
    goals.add(
        new Goal.Judge(figures, MANY)
            .less("leave: bytes ≤ 1/8 of ASYM_ENCRYPT", What.LEAVE_BYTES, ASYMMETRIC, 0.125));
    goals.add(calm(figures, FEW));
    goals.add(calm(figures, MANY));
    goals.add(firstMessage(figures));
    goals.add(
        new Goal.Judge(figures, THROUGHPUT_MEMBERS)
            .atLeast("throughput ≥ SYM_ENCRYPT's", What.THROUGHPUT, Cluster.Kind.SYMMETRIC.words));
    return goals;
  }

  private static final String OURS = Cluster.Kind.KEYMOOT.words;
  private static final String ASYMMETRIC = Cluster.Kind.ASYMMETRIC.words;
  private static final double CALM_MILLIS = 25;
  private static final double FIRST_MESSAGE_MILLIS = 50;

  private static Goal calm(Figures figures, int n) {
    String words = "worst delivery while one leaves ≤ plain + 25 ms (N\u00a0=\u00a0" + n + ")";
    Optional<Double> ours = figures.median(OURS, What.WORST_DELIVERY, n);
    Optional<Double> plain = figures.median(Cluster.Kind.PLAIN.words, What.WORST_DELIVERY, n);
    if (ours.isEmpty() || plain.isEmpty()) {
      return Goal.unmeasured(words);
    }
    double more = ours.get() - plain.get();
    return new Goal(
        words,
        Optional.of(more <= CALM_MILLIS),
        figures.said(OURS, What.WORST_DELIVERY, n),
        figures.said(ASYMMETRIC, What.WORST_DELIVERY, n)
            + "; plain "
            + figures.said(Cluster.Kind.PLAIN.words, What.WORST_DELIVERY, n),
        "plain "
            + (more < 0 ? "− " : "+ ")
            + Spread.number(Math.abs(more))
            + " ms"
            + (more <= CALM_MILLIS
                ? ""
                : ", missed by " + Spread.number(more - CALM_MILLIS) + " ms"));
  }

  private static Goal firstMessage(Figures figures) {
    String words = "connect → first opened message ≤ 50 ms (N\u00a0=\u00a0" + MANY + ")";
    return figures
        .median(OURS, What.FIRST_MESSAGE, MANY)
        .map(
            millis ->
                new Goal(
                    words,
                    Optional.of(millis <= FIRST_MESSAGE_MILLIS),
                    figures.said(OURS, What.FIRST_MESSAGE, MANY),
                    figures.said(ASYMMETRIC, What.FIRST_MESSAGE, MANY),
                    Spread.number(millis)
                        + " ms"
                        + (millis <= FIRST_MESSAGE_MILLIS
                            ? ""
                            : ", missed by "
                                + Spread.number(millis - FIRST_MESSAGE_MILLIS)
                                + " ms")))
        .orElse(Goal.unmeasured(words));
  }
}
