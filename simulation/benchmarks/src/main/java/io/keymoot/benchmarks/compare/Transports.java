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
  private static final long IDLE_MILLIS = 1_000;

  /** All that a leave brings about is over by then. */
  private static final long LEAVE_MILLIS = 1_000;

  /** All together speak this often, however many they are: else the machine is what is measured. */
  private static final double WORDS_A_SECOND = 1_600;

  private static final long MOST_OFTEN_NANOS = 5_000_000;
  private static final int THROUGHPUT_MEMBERS = 4;
  private static final long WARM_NANOS = 2_000_000_000L;
  private static final int MESSAGE_BYTES = 1_000;

  private Transports() {}

  static void run(boolean isQuick, Figures figures, Progress progress) throws Exception {
    for (Cluster.Kind kind : Cluster.Kind.values()) {
      progress.say("transport: warming up " + kind.words);
      warmUp(kind);
    }
    for (Cluster.Kind kind : Cluster.Kind.values()) {
      if (kind == Cluster.Kind.KEYMOOT_PROVED) {
        // Differs from ours without proofs in what each message costs, and in nothing else.
        throughput(kind, isQuick, figures, progress);
        continue;
      }
      boolean isLimit = kind == Cluster.Kind.SYMMETRIC;
      List<Integer> sizes =
          !isQuick ? List.of(4, FEW, 32, MANY) : isLimit ? List.of(FEW) : List.of(FEW, MANY);
      for (int n : sizes) {
        progress.say("transport: " + kind.words + ", N = " + n);
        boolean isDisrupted = n == FEW || n == MANY;
        int disruptions = !isDisrupted ? 0 : isQuick ? 1 : 3;
        int rounds = !isQuick ? 5 : n == FEW ? 2 : 1;
        attempt(
            figures,
            kind.words,
            COME_AND_GO,
            n,
            () -> comeAndGo(kind, n, rounds, disruptions, figures));
      }
      throughput(kind, isQuick, figures, progress);
      if (!isQuick && !isLimit) {
        progress.say("transport: " + kind.words + ", N = " + MOST);
        attempt(figures, kind.words, COME_AND_GO, MOST, () -> comeAndGo(kind, MOST, 5, 0, figures));
        for (int n : List.of(MANY, MOST)) {
          progress.say("transport: " + kind.words + " over UDP, N = " + n);
          attempt(
              figures,
              kind.words,
              List.of(What.DATAGRAM_LEAVE),
              n,
              () -> datagrams(kind, n, figures));
        }
      }
    }
  }

  private static final List<What> COME_AND_GO =
      List.of(What.LEAVE_TIME, What.LEAVE_IN_USE, What.LEAVE_BYTES, What.FIRST_MESSAGE);

  /** What does not work at all is a result, and the rest is measured. */
  private static void attempt(Figures figures, String who, List<What> what, int n, Cpu.Work work)
      throws Exception {
    try {
      work.run();
    } catch (IllegalStateException e) {
      for (What each : what) {
        if (figures.median(who, each, n).isEmpty()) {
          figures.fails(who, each, n, String.valueOf(e.getMessage()));
        }
      }
    }
  }

  // ---- before anything is measured

  /** Whoever comes first would pay for compiling what all of them use. */
  private static void warmUp(Cluster.Kind kind) throws Exception {
    try (Cluster cluster = Cluster.unsettled(kind, THROUGHPUT_MEMBERS)) {
      for (long end = System.nanoTime() + WARM_NANOS; System.nanoTime() < end; ) {
        cluster.seats.forEach(Transports::say);
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  // ---- one leaves, another comes

  private static void comeAndGo(
      Cluster.Kind kind, int n, int rounds, int disruptions, Figures figures) throws Exception {
    try (Cluster cluster = Cluster.of(kind, n)) {
      for (int i = 0; i < rounds; i++) {
        leave(cluster, n, figures);
        come(cluster, n, figures);
        cluster.settle();
      }
      if (disruptions > 0) {
        attempt(
            figures,
            kind.words,
            List.of(What.WORST_DELIVERY),
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

  private static void leave(Cluster cluster, int n, Figures figures) throws Exception {
    // What goes over the network anyway is not the leave's.
    double idleBytesAMilli = bytesWithin(IDLE_MILLIS) / (double) IDLE_MILLIS;
    String before = cluster.seats.get(0).key();
    Seat leaver = cluster.seats.remove(n - 1);
    long bytes = ByteCount.sum();
    long start = System.nanoTime();
    Thread leaving = Thread.ofVirtual().start(() -> leaveQuietly(leaver));
    Cluster.until(
        () -> cluster.allHoldOneKey(before, n - 1), "the " + (n - 1) + " left hold a new key");
    double millis = (System.nanoTime() - start) / 1e6;
    Cluster.until(
        () -> cluster.allUseOneKey(before), "the " + (n - 1) + " left send under the new key");
    double inUse = (System.nanoTime() - start) / 1e6;
    Cluster.pause(LEAVE_MILLIS);
    double elapsed = (System.nanoTime() - start) / 1e6;
    double net = ByteCount.sum() - bytes - idleBytesAMilli * elapsed;
    leaving.join();
    leaver.close();
    figures.add(cluster.kind.words, What.LEAVE_TIME, n, millis);
    figures.add(cluster.kind.words, What.LEAVE_IN_USE, n, inUse);
    figures.add(cluster.kind.words, What.LEAVE_BYTES, n, net);
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
    say(seat, (byte) 0);
  }

  /** Whether it was taken. */
  private static boolean say(Seat seat, byte mark) {
    try {
      return seat.send(ByteBuffer.allocate(100).putLong(System.nanoTime()).put(mark).array());
    } catch (Exception e) {
      // A channel that is just closing: what it would have said is not missed.
      return false;
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

  /** What is said in the seconds that count is marked, so that none of it can be missed. */
  private static final byte COUNTS = 1;

  private static void disruption(Cluster cluster, int n, Figures figures) throws Exception {
    Seat leaver = cluster.seats.remove(n - 1);
    List<Seat> stay = List.copyOf(cluster.seats);
    AtomicLong worst = new AtomicLong();
    AtomicLong came = new AtomicLong();
    AtomicLong taken = new AtomicLong();
    AtomicBoolean counts = new AtomicBoolean();
    for (Seat seat : stay) {
      seat.onMessage(
          message -> {
            if (message[Long.BYTES] == COUNTS) {
              long nanos = System.nanoTime() - ByteBuffer.wrap(message).getLong();
              worst.accumulateAndGet(nanos, Math::max);
              came.incrementAndGet();
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
                      boolean isCounted = counts.get();
                      if (say(seat, isCounted ? COUNTS : 0) && isCounted) {
                        taken.incrementAndGet();
                      }
                      LockSupport.parkNanos(pause);
                    }
                  }));
    }
    try {
      Cluster.pause(1_500);
      counts.set(true);
      Cluster.pause(TALK_MILLIS / 6);
      leaver.leave();
      Cluster.pause(TALK_MILLIS);
    } finally {
      isOver.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    }
    long wanted = taken.get() * (stay.size() - 1);
    Cluster.until(
        () -> came.get() >= wanted,
        () -> (wanted - came.get()) + " of " + wanted + " messages never came");
    leaver.close();
    figures.add(cluster.kind.words, What.WORST_DELIVERY, n, worst.get() / 1e6);
  }

  // ---- one sends all it can

  private static void throughput(
      Cluster.Kind kind, boolean isQuick, Figures figures, Progress progress) throws Exception {
    progress.say("transport: " + kind.words + ", throughput");
    attempt(
        figures,
        kind.words,
        List.of(What.THROUGHPUT),
        THROUGHPUT_MEMBERS,
        () -> throughput(kind, isQuick ? 3 : 15, figures));
  }

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
    if (figures.failed(OURS, What.WORST_DELIVERY, n)) {
      return failed(figures, words, What.WORST_DELIVERY, n);
    }
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

  private static Goal failed(Figures figures, String words, What what, int n) {
    return new Goal(
        words,
        Optional.of(false),
        figures.said(OURS, what, n),
        figures.said(ASYMMETRIC, what, n),
        "missed: it failed");
  }

  private static Goal firstMessage(Figures figures) {
    String words = "connect → first opened message ≤ 50 ms (N\u00a0=\u00a0" + MANY + ")";
    if (figures.failed(OURS, What.FIRST_MESSAGE, MANY)) {
      return failed(figures, words, What.FIRST_MESSAGE, MANY);
    }
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
