package io.keymoot.benchmarks.compare;

import io.keymoot.flatkeying.frame.Authentication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Several seats of one kind in this JVM. */
final class Cluster implements AutoCloseable {
  /** What encrypts it. */
  enum Kind {
    KEYMOOT("Keymoot"),
    KEYMOOT_PROVED("Keymoot, senders proved"),
    PLAIN("JGroups, plain"),
    SYMMETRIC("JGroups SYM_ENCRYPT"),
    ASYMMETRIC("JGroups ASYM_ENCRYPT");

    final String words;

    Kind(String words) {
      this.words = words;
    }

    boolean isOurs() {
      return this == KEYMOOT || this == KEYMOOT_PROVED;
    }
  }

  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final int PATIENCE_SECONDS = 40;

  final Kind kind;
  final List<Seat> seats = new ArrayList<>();
  private final String name = "compare " + COUNT.incrementAndGet();

  private final boolean overDatagrams;

  private Cluster(Kind kind, boolean overDatagrams) {
    this.kind = kind;
    this.overDatagrams = overDatagrams;
  }

  /** Of so many, connected, with one key. */
  static Cluster of(Kind kind, int members) throws Exception {
    return of(kind, members, false);
  }

  /** The same, over UDP and this machine's loopback address instead of a queue in memory. */
  static Cluster overDatagrams(Kind kind, int members) throws Exception {
    return of(kind, members, true);
  }

  /** The same, without waiting until all is quiet. */
  static Cluster unsettled(Kind kind, int members) throws Exception {
    Cluster cluster = new Cluster(kind, false);
    try {
      cluster.connect(members);
      until(() -> cluster.allHoldOneKey("", members), "all of " + members + " hold one key");
      return cluster;
    } catch (IllegalStateException e) {
      cluster.close();
      throw e;
    }
  }

  private static Cluster of(Kind kind, int members, boolean overDatagrams) throws Exception {
    Cluster cluster = new Cluster(kind, overDatagrams);
    try {
      cluster.connect(members);
      cluster.settle();
      return cluster;
    } catch (IllegalStateException e) {
      cluster.close();
      throw e;
    }
  }

  private void connect(int members) throws Exception {
    for (int i = 0; i < members; i++) {
      newSeat().connect();
      if (i == 0) {
        until(() -> !seats.get(0).key().isEmpty(), "the first is alone in its group");
      }
    }
  }

  /** Not yet connected. */
  Seat newSeat() throws Exception {
    Seat seat =
        switch (kind) {
          case PLAIN -> new ChannelSeat(name, ChannelSeat.Encryption.NONE, overDatagrams);
          case SYMMETRIC -> new ChannelSeat(name, ChannelSeat.Encryption.SYMMETRIC, overDatagrams);
          case ASYMMETRIC ->
              new ChannelSeat(name, ChannelSeat.Encryption.ASYMMETRIC, overDatagrams);
          case KEYMOOT -> new NodeSeat(name, Authentication.NONE, seats.isEmpty(), overDatagrams);
          case KEYMOOT_PROVED ->
              new NodeSeat(name, Authentication.AMORTISED, seats.isEmpty(), overDatagrams);
        };
    seats.add(seat);
    return seat;
  }

  /** Until all hold one key and see each other, and have for a while. */
  void settle() {
    until(() -> allHoldOneKey("", seats.size()), "all of " + seats.size() + " hold one key");
    // A refresh follows joins by two seconds; a leave within four of a Rekey waits for others.
    pause(kind.isOurs() ? 6_500 : 300);
    until(() -> allHoldOneKey("", seats.size()), "all of " + seats.size() + " still hold one key");
  }

  boolean allHoldOneKey(String otherThan, int members) {
    String key = seats.get(0).key();
    if (key.isEmpty() || key.equals(otherThan)) {
      return false;
    }
    for (Seat seat : seats) {
      if (!seat.key().equals(key) || seat.members() != members) {
        return false;
      }
    }
    return true;
  }

  /** All that are left. */
  boolean allUseOneKey(String otherThan) {
    String key = seats.get(0).inUse();
    return !key.isEmpty()
        && !key.equals(otherThan)
        && seats.stream().allMatch(seat -> seat.inUse().equals(key));
  }

  static void until(BooleanSupplier done, String what) {
    until(done, () -> what);
  }

  static void until(BooleanSupplier done, Supplier<String> what) {
    long end = System.nanoTime() + PATIENCE_SECONDS * 1_000_000_000L;
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not within " + PATIENCE_SECONDS + " s: " + what.get());
      }
      java.util.concurrent.locks.LockSupport.parkNanos(100_000);
    }
  }

  static void pause(long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < end) {
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() {
    // The last one first: else each close makes a new coordinator.
    for (int i = seats.size() - 1; i >= 0; i--) {
      seats.get(i).close();
    }
  }
}
