package io.keymoot.benchmarks.compare;

import io.keymoot.benchmarks.compare.ByteCount.Traffic;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** One leaves a cluster, another comes: how long it takes all of them, and what it costs. */
final class Changing {
  static final List<What> LEAVING =
      List.of(What.LEAVE_TIME, What.LEAVE_IN_USE, What.LEAVE_BYTES, What.IDLE_BYTES);

  static final List<What> COMING = List.of(What.FIRST_MESSAGE);

  private static final long POLL_MILLIS = 50;

  private Changing() {}

  /** What is measured where all that a leave brings about is counted. */
  static List<What> renewing(Cluster.Kind kind) {
    return kind.isOurs()
        ? List.of(What.LEAVE_IN_ALL, What.LEAVE_RENEWAL)
        : List.of(What.LEAVE_IN_ALL);
  }

  // ---- one leaves

  /** Bytes of each kind of traffic since it was made. */
  static final class Meter {
    private final long start = System.nanoTime();
    private final long alive = ByteCount.sum(Traffic.ALIVE);
    private final long slots = ByteCount.sum(Traffic.SLOTS);
    private final long change = ByteCount.sum(Traffic.CHANGE);

    double seconds() {
      return (System.nanoTime() - start) / 1e9;
    }

    double millis() {
      return 1e3 * seconds();
    }

    double change() {
      return ByteCount.sum(Traffic.CHANGE) - change;
    }

    double slots() {
      return ByteCount.sum(Traffic.SLOTS) - slots;
    }

    double alive() {
      return ByteCount.sum(Traffic.ALIVE) - alive;
    }
  }

  /**
   * Waits until nobody has said a word about keys of slots for a while.
   *
   * @return when the last one was said, in seconds after {@code since} began; 0 if none was
   */
  static double comesToRest(Meter since, Transports.Times times) {
    double from = since.seconds();
    double lastBytes = since.slots();
    double lastAt = lastBytes > 0 ? from : 0;
    while (since.seconds() - Math.max(from, lastAt) < times.quiet() / 1e3) {
      if (since.seconds() - from > times.renewal() / 1e3) {
        throw new IllegalStateException(
            "keys of slots did not come to rest within "
                + Spread.number(times.renewal() / 1e3)
                + " s");
      }
      Cluster.pause(POLL_MILLIS);
      double bytes = since.slots();
      if (bytes != lastBytes) {
        lastBytes = bytes;
        lastAt = since.seconds();
      }
    }
    return lastAt;
  }

  /**
   * @return what goes over the network since the goodbye
   */
  static Meter leave(Cluster cluster, Transports.Times times, Figures figures) throws Exception {
    String who = cluster.kind.words;
    int n = cluster.seats.size();
    // What goes over the network anyway is told beside it.
    Meter idle = new Meter();
    Cluster.pause(times.idle());
    figures.add(who, What.IDLE_BYTES, n, idle.alive() / idle.seconds());
    figures.add(who, What.IDLE_CHANGE, n, idle.change() / idle.seconds());
    if (cluster.kind.isOurs()) {
      figures.add(who, What.SLOTS_BEFORE, n, idle.slots() / idle.seconds());
    }

    String before = cluster.seats.get(0).key();
    try (Seat leaver = cluster.seats.remove(n - 1)) {
      Meter since = new Meter();
      Thread leaving = Thread.ofVirtual().start(() -> leaveQuietly(leaver));
      cluster.until(
          () -> cluster.allHoldOneKey(before, n - 1), "the " + (n - 1) + " left hold a new key");
      figures.add(who, What.LEAVE_TIME, n, since.millis());
      cluster.until(
          () -> cluster.allUseOneKey(before), "the " + (n - 1) + " left send under the new key");
      figures.add(who, What.LEAVE_IN_USE, n, since.millis());
      leaving.join();
      Cluster.pause(times.gone());
      figures.add(who, What.LEAVE_BYTES, n, since.change());
      if (cluster.kind.isOurs()) {
        figures.add(who, What.SLOTS_MEANWHILE, n, since.slots());
      }
      return since;
    }
  }

  /** Of a group that was at rest before the leave. With the others nothing follows it. */
  static void inAll(Cluster.Kind kind, int n, Meter since, Transports.Times times, Figures into) {
    if (kind.isOurs()) {
      into.add(kind.words, What.LEAVE_RENEWAL, n, comesToRest(since, times));
    }
    into.add(kind.words, What.LEAVE_IN_ALL, n, since.change() + since.slots());
  }

  static void leaveOverDatagrams(Cluster cluster, Figures figures) throws Exception {
    int n = cluster.seats.size();
    String before = cluster.seats.get(0).key();
    try (Seat leaver = cluster.seats.remove(n - 1)) {
      Meter since = new Meter();
      Thread leaving = Thread.ofVirtual().start(() -> leaveQuietly(leaver));
      cluster.until(() -> cluster.allHoldOneKey(before, n - 1), "the others hold a new key");
      figures.add(cluster.kind.words, What.DATAGRAM_LEAVE, n, since.millis());
      leaving.join();
    }
  }

  static void leaveQuietly(Seat seat) {
    try {
      seat.leave();
    } catch (Exception e) {
      throw new IllegalStateException("could not leave", e);
    }
  }

  // ---- one comes

  /** While somebody says something each millisecond. */
  static void come(Cluster cluster, Figures figures) throws Exception {
    AtomicBoolean isOver = new AtomicBoolean();
    Seat speaker = cluster.seats.get(0);
    Thread speaking =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!isOver.get()) {
                    Talking.say(speaker);
                    LockSupport.parkNanos(1_000_000);
                  }
                });
    try {
      Seat newcomer = cluster.newSeat();
      AtomicLong first = new AtomicLong();
      newcomer.onMessage(message -> first.compareAndSet(0, System.nanoTime()));
      long start = System.nanoTime();
      newcomer.connect();
      cluster.until(() -> first.get() != 0, "a newcomer opens a message");
      figures.add(
          cluster.kind.words,
          What.FIRST_MESSAGE,
          cluster.seats.size(),
          (first.get() - start) / 1e6);
    } finally {
      isOver.set(true);
      speaking.join();
    }
  }
}
