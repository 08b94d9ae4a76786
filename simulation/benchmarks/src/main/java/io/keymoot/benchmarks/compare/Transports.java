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
  private static final int DISRUPTED_MEMBERS = 8;
  private static final long TALK_MILLIS = 3_000;
  private static final long EACH_SPEAKS_EVERY_NANOS = 5_000_000;
  private static final int THROUGHPUT_MEMBERS = 4;
  private static final int MESSAGE_BYTES = 1_000;

  private Transports() {}

  static void run(boolean isQuick, Figures figures, Progress progress) throws Exception {
    for (Cluster.Kind kind : Cluster.Kind.values()) {
      for (int n : isQuick ? List.of(4, 8, 64) : List.of(4, 8, 32, 64)) {
        progress.say("transport: " + kind.words + ", N = " + n);
        attempt(progress, () -> comeAndGo(kind, n, isQuick ? 3 : 15, figures));
      }
      progress.say("transport: " + kind.words + ", all talk and one leaves");
      for (int i = 0; i < (isQuick ? 1 : 7); i++) {
        attempt(progress, () -> disruption(kind, figures));
      }
      progress.say("transport: " + kind.words + ", throughput");
      attempt(progress, () -> throughput(kind, isQuick ? 2 : 7, figures));
    }
  }

  /** What does not work at all is said, and the rest is measured. */
  private static void attempt(Progress progress, Cpu.Work work) throws Exception {
    try {
      work.run();
    } catch (IllegalStateException e) {
      progress.say("   failed: " + e.getMessage());
    }
  }

  // ---- one leaves, another comes

  private static void comeAndGo(Cluster.Kind kind, int n, int rounds, Figures figures)
      throws Exception {
    try (Cluster cluster = Cluster.of(kind, n)) {
      for (int i = 0; i < rounds; i++) {
        leave(cluster, n, figures);
        come(cluster, n, figures);
        cluster.settle();
      }
    }
  }

  static void leave(Cluster cluster, int n, Figures figures) throws Exception {
    // What goes over the network anyway is not the leave's.
    long idle = bytesWithin(1_000);
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
    double net = ByteCount.sum() - bytes - idle * elapsed / 1_000;
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

  static void come(Cluster cluster, int n, Figures figures) throws Exception {
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

  private static void disruption(Cluster.Kind kind, Figures figures) throws Exception {
    try (Cluster cluster = Cluster.of(kind, DISRUPTED_MEMBERS)) {
      List<Seat> stay = new ArrayList<>(cluster.seats.subList(0, DISRUPTED_MEMBERS - 1));
      Seat leaver = cluster.seats.get(DISRUPTED_MEMBERS - 1);
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
      AtomicBoolean isOver = new AtomicBoolean();
      List<Thread> threads = new ArrayList<>();
      for (Seat seat : stay) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      while (!isOver.get()) {
                        say(seat);
                        LockSupport.parkNanos(EACH_SPEAKS_EVERY_NANOS);
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
      figures.add(kind.words, What.WORST_DELIVERY, DISRUPTED_MEMBERS, worst.get() / 1e6);
    }
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
    String ours = Cluster.Kind.KEYMOOT.words;
    List<Goal> goals = new ArrayList<>();
    goals.add(
        Goal.share(
            figures,
            "bytes of a leave ≤ 1/8 of ASYM_ENCRYPT",
            What.LEAVE_BYTES,
            Cluster.Kind.ASYMMETRIC.words,
            64,
            0.125));
    String calm = "worst delivery while one leaves ≤ plain + 25 ms";
    Optional<Double> own = median(figures, ours, What.WORST_DELIVERY, DISRUPTED_MEMBERS);
    Optional<Double> plain =
        median(figures, Cluster.Kind.PLAIN.words, What.WORST_DELIVERY, DISRUPTED_MEMBERS);
    goals.add(
        own.isEmpty() || plain.isEmpty()
            ? Goal.unmeasured(calm)
            : new Goal(
                calm + " (N = " + DISRUPTED_MEMBERS + ")",
                Optional.of(own.get() <= plain.get() + 25),
                Spread.number(own.get())
                    + " ms; plain "
                    + Spread.number(plain.get())
                    + " ms"
                    + median(
                            figures,
                            Cluster.Kind.ASYMMETRIC.words,
                            What.WORST_DELIVERY,
                            DISRUPTED_MEMBERS)
                        .map(theirs -> "; ASYM_ENCRYPT " + Spread.number(theirs) + " ms")
                        .orElse("")));
    String first = "connect → first opened message ≤ 50 ms";
    goals.add(
        median(figures, ours, What.FIRST_MESSAGE, 64)
            .map(
                millis ->
                    new Goal(
                        first + " (N = 64)",
                        Optional.of(millis <= 50),
                        Spread.number(millis) + " ms"))
            .orElse(Goal.unmeasured(first)));
    goals.add(
        Goal.atLeast(
            figures,
            "throughput ≥ SYM_ENCRYPT's",
            What.THROUGHPUT,
            Cluster.Kind.SYMMETRIC.words,
            THROUGHPUT_MEMBERS));
    return goals;
  }

  private static Optional<Double> median(Figures figures, String who, What what, int n) {
    return figures.spread(who, what, n).map(Spread::median);
  }
}
