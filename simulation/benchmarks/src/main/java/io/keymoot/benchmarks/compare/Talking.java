package io.keymoot.benchmarks.compare;

import io.keymoot.benchmarks.compare.Transports.Times;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Members of a cluster talk: all at once while one leaves, or one of them as fast as it can. */
final class Talking {
  static final int THROUGHPUT_MEMBERS = 4;

  /** All together speak this often, however many they are: else the machine is what is measured. */
  private static final double WORDS_A_SECOND = 1_600;

  private static final long MOST_OFTEN_NANOS = 5_000_000;
  private static final int MESSAGE_BYTES = 1_000;
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

  static void disruption(Cluster cluster, Times times, Figures figures) throws Exception {
    int n = cluster.seats.size();
    try (Seat leaver = cluster.seats.remove(n - 1)) {
      disruption(cluster, n, leaver, times, figures);
    }
  }

  private static void disruption(Cluster cluster, int n, Seat leaver, Times times, Figures figures)
      throws Exception {
    String who = cluster.kind.words;
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
    long pause = Math.max(MOST_OFTEN_NANOS, (long) (1e9 * n / WORDS_A_SECOND));
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
      figures.add(who, What.TALK_CPU, n, 100 * spent / Runtime.getRuntime().availableProcessors());
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
    figures.add(who, What.WORST_IN_CALM, n, calm.worstMillis());
    figures.add(who, What.WORST_DELIVERY, n, Math.max(calm.worstMillis(), disturbed.worstMillis()));
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

  /** Where senders can be proved, once more with that. */
  static void throughput(Cluster cluster, int rounds, Times times, Figures figures)
      throws Exception {
    AtomicLong received = new AtomicLong();
    for (Seat seat : cluster.seats.subList(1, cluster.seats.size())) {
      seat.onMessage(message -> received.incrementAndGet());
    }
    AtomicBoolean isOver = new AtomicBoolean();
    Seat sender = cluster.seats.get(0);
    Thread sending = Thread.ofPlatform().start(() -> sendAll(sender, isOver));
    try {
      throughput(cluster, cluster.kind.words, received, rounds, times, figures);
      if (sender.proves()) {
        throughput(cluster, Transports.PROVED, received, rounds, times, figures);
      }
    } finally {
      isOver.set(true);
      sending.join();
    }
  }

  private static void sendAll(Seat sender, AtomicBoolean isOver) {
    byte[] message = new byte[MESSAGE_BYTES];
    while (!isOver.get()) {
      try {
        if (!sender.send(message)) {
          LockSupport.parkNanos(50_000);
        }
      } catch (Exception e) {
        isOver.set(true);
      }
    }
  }

  private static void throughput(
      Cluster cluster, String who, AtomicLong received, int rounds, Times times, Figures figures) {
    Cluster.pause(times.fullSpeed());
    int receivers = cluster.seats.size() - 1;
    for (int i = 0; i < rounds; i++) {
      long before = received.get();
      long start = System.nanoTime();
      Cluster.pause(times.round());
      double seconds = (System.nanoTime() - start) / 1e9;
      double rate = (received.get() - before) / seconds / receivers;
      if (rate == 0) {
        throw new IllegalStateException("nothing was received for " + times.round() + " ms");
      }
      figures.add(who, What.THROUGHPUT, cluster.seats.size(), rate);
    }
  }
}
