package io.keymoot.benchmarks.compare;

import io.keymoot.benchmarks.compare.Transports.Times;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Members of a cluster talk: all at once while one leaves, or one of them as fast as it can. */
final class Talking {
  static final int THROUGHPUT_MEMBERS = 4;

  /**
   * How often all of them together speak, however many they are, but nobody more often than 5 ms.
   */
  enum Manner {
    OFTEN(1_600, What.WORST_DELIVERY, What.TALK_CPU),

    /** What a machine can take on which there are many of them. */
    LESS_OFTEN(400, What.WORST_SLOWER, What.SLOWER_CPU);

    final double wordsASecond;
    final What worst;
    final What cpu;

    Manner(double wordsASecond, What worst, What cpu) {
      this.wordsASecond = wordsASecond;
      this.worst = worst;
      this.cpu = cpu;
    }
  }

  private static final long MOST_OFTEN_NANOS = 5_000_000;
  private static final int MESSAGE_BYTES = 1_000;
  private static final long DRAIN_MILLIS = 50;
  private static final long MOST_DRAIN_NANOS = 5_000_000_000L;
  private static final int WORD_BYTES = 100;

  /** What is said in the second before the leave is marked, so that none of it can be missed. */
  private static final byte CALM = 1;

  /** And what is said from the leave on. */
  private static final byte DISTURBED = 2;

  private Talking() {}

  static void chat(Cluster cluster, long millis) {
    for (long end = System.nanoTime() + millis * 1_000_000; System.nanoTime() < end; ) {
      cluster.seats.forEach(Talking::say);
      LockSupport.parkNanos(1_000_000);
    }
  }

  static void say(Seat seat) {
    say(seat, (byte) 0);
  }

  /** Whether it was taken. */
  private static boolean say(Seat seat, byte mark) {
    try {
      return seat.send(
          ByteBuffer.allocate(WORD_BYTES).putLong(System.nanoTime()).put(mark).array());
    } catch (Exception e) {
      // A channel that is just closing: what it would have said is not missed.
      return false;
    }
  }

  // ---- all talk while one leaves

  static void disruption(Cluster cluster, Manner manner, Times times, Figures figures)
      throws Exception {
    int n = cluster.seats.size();
    try (Seat leaver = cluster.seats.remove(n - 1)) {
      disruption(cluster, leaver, manner, times, figures);
    }
  }

  private static void disruption(
      Cluster cluster, Seat leaver, Manner manner, Times times, Figures figures) throws Exception {
    String who = cluster.kind.words;
    int n = cluster.seats.size() + 1;
    List<Seat> stay = List.copyOf(cluster.seats);
    Ears calm = new Ears(CALM);
    Ears disturbed = new Ears(DISTURBED);
    for (Seat seat : stay) {
      seat.onMessage(
          message -> {
            calm.hear(message);
            disturbed.hear(message);
          });
    }
    long pause = Math.max(MOST_OFTEN_NANOS, (long) (1e9 * n / manner.wordsASecond));
    AtomicInteger mark = new AtomicInteger();
    AtomicBoolean isOver = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (Seat seat : stay) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!isOver.get()) {
                      byte now = (byte) mark.get();
                      if (say(seat, now)) {
                        calm.said(now);
                        disturbed.said(now);
                      }
                      LockSupport.parkNanos(pause);
                    }
                  }));
    }
    Thread leaving = Thread.ofVirtual().unstarted(() -> Changing.leaveQuietly(leaver));
    try {
      Cluster.pause(times.runUp());
      mark.set(CALM);
      long cpu = Cpu.ofAllThreads();
      long start = System.nanoTime();
      Cluster.pause(times.calm());
      double spent = (Cpu.ofAllThreads() - cpu) / (double) (System.nanoTime() - start);
      figures.add(who, manner.cpu, n, 100 * spent / Runtime.getRuntime().availableProcessors());
      mark.set(DISTURBED);
      leaving.start();
      Cluster.pause(times.disturbed());
    } finally {
      isOver.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    }
    leaving.join();
    calm.untilAllCame(cluster, stay.size() - 1);
    disturbed.untilAllCame(cluster, stay.size() - 1);
    if (manner == Manner.OFTEN) {
      figures.add(who, What.WORST_IN_CALM, n, calm.worstMillis());
    }
    figures.add(who, manner.worst, n, Math.max(calm.worstMillis(), disturbed.worstMillis()));
  }

  /** For the words of one mark: none of them may be missed, and how late the latest came. */
  private static final class Ears {
    private final byte mark;
    private final AtomicLong worst = new AtomicLong();
    private final AtomicLong came = new AtomicLong();
    private final AtomicLong said = new AtomicLong();

    Ears(byte mark) {
      this.mark = mark;
    }

    void said(byte its) {
      if (its == mark) {
        said.incrementAndGet();
      }
    }

    void hear(byte[] message) {
      if (message[Long.BYTES] == mark) {
        long nanos = System.nanoTime() - ByteBuffer.wrap(message).getLong();
        worst.accumulateAndGet(nanos, Math::max);
        came.incrementAndGet();
      }
    }

    void untilAllCame(Cluster cluster, int listeners) {
      long wanted = said.get() * listeners;
      cluster.until(
          () -> came.get() >= wanted,
          () -> (wanted - came.get()) + " of " + wanted + " messages never came");
    }

    double worstMillis() {
      return worst.get() / 1e6;
    }
  }

  // ---- one sends all it can

  /** One of those who take turns at it; in the first, nothing counts yet. */
  static final class Lane implements Turns.Player {
    private final String who;
    private final Cluster cluster;
    private final boolean proves;
    private final Times times;
    private final Figures figures;
    private boolean isWarm;

    Lane(String who, Cluster cluster, boolean proves, Times times, Figures figures) {
      this.who = who;
      this.cluster = cluster;
      this.proves = proves;
      this.times = times;
      this.figures = figures;
    }

    @Override
    public void turn() throws Exception {
      Seat sender = cluster.seats.get(0);
      sender.proves(proves);
      AtomicLong received = new AtomicLong();
      List<Seat> receivers = cluster.seats.subList(1, cluster.seats.size());
      receivers.forEach(seat -> seat.onMessage(message -> received.incrementAndGet()));
      AtomicBoolean isOver = new AtomicBoolean();
      AtomicReference<@Nullable Exception> broken = new AtomicReference<>();
      Thread sending = Thread.ofPlatform().start(() -> sendAll(sender, isOver, broken));
      double rate;
      try {
        Cluster.pause(isWarm ? times.fullSpeed() : 3 * times.fullSpeed());
        long before = received.get();
        long start = System.nanoTime();
        Cluster.pause(times.round());
        // Of a machine that is too busy for one message in a round, the round is longer.
        cluster.until(
            () -> received.get() > before || broken.get() != null, "a message is received");
        double seconds = (System.nanoTime() - start) / 1e9;
        rate = (received.get() - before) / seconds / receivers.size();
      } finally {
        isOver.set(true);
        sending.join();
      }
      Exception why = broken.get();
      if (why != null) {
        throw new IllegalStateException("could not send: " + Progress.why(why), why);
      }
      untilQuiet(received);
      boolean counts = isWarm;
      isWarm = true;
      if (counts) {
        figures.add(who, What.THROUGHPUT, cluster.seats.size(), rate);
      }
    }

    /** What is still on its way is not to be in the way of the next. */
    private static void untilQuiet(AtomicLong received) {
      long before;
      long end = System.nanoTime() + MOST_DRAIN_NANOS;
      do {
        before = received.get();
        Cluster.pause(DRAIN_MILLIS);
      } while (received.get() != before && System.nanoTime() < end);
    }
  }

  private static void sendAll(
      Seat sender, AtomicBoolean isOver, AtomicReference<@Nullable Exception> broken) {
    byte[] message = new byte[MESSAGE_BYTES];
    while (!isOver.get()) {
      try {
        if (!sender.send(message)) {
          LockSupport.parkNanos(50_000);
        }
      } catch (Exception e) {
        broken.set(e);
        return;
      }
    }
  }
}
