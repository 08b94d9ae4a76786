package io.keymoot.benchmarks.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Several seats of one kind in this JVM. */
final class Cluster implements AutoCloseable {
  /** What encrypts it. */
  enum Kind {
    KEYMOOT("Keymoot"),
    PLAIN("JGroups, plain"),
    SYMMETRIC("JGroups SYM_ENCRYPT"),
    ASYMMETRIC("JGroups ASYM_ENCRYPT");

    final String words;

    Kind(String words) {
      this.words = words;
    }

    boolean isOurs() {
      return this == KEYMOOT;
    }
  }

  /** So many connect or close at a time. */
  private static final int AT_ONCE = 8;

  private static final AtomicInteger COUNT = new AtomicInteger();

  /**
   * What a cluster is to be like.
   *
   * @param overUdp over this machine's loopback address, instead of a queue in memory
   * @param settleMillis after a change, before the next
   * @param patienceSeconds what does not come about in so long counts as failed
   */
  record Forming(Kind kind, int members, boolean overUdp, long settleMillis, int patienceSeconds) {
    Forming overDatagrams() {
      return new Forming(kind, members, true, settleMillis, patienceSeconds);
    }

    /** Connected, with one key, and quiet. */
    Cluster settled() throws Exception {
      return form(Cluster::settle);
    }

    /** Without waiting until all is quiet. */
    Cluster unsettled() throws Exception {
      return form(Cluster::untilAllHoldOneKey);
    }

    private Cluster form(Consumer<Cluster> ready) throws Exception {
      Cluster cluster = new Cluster(this);
      try {
        cluster.connect(members);
        ready.accept(cluster);
        return cluster;
      } catch (Exception e) {
        cluster.close();
        throw e;
      }
    }
  }

  final Kind kind;

  /** The coordinator first, the others as they come. */
  final List<Seat> seats = new CopyOnWriteArrayList<>();

  private final String name = "compare " + COUNT.incrementAndGet();
  private final Forming plan;

  private Cluster(Forming plan) {
    this.plan = plan;
    this.kind = plan.kind;
  }

  /** The first alone, as it founds the group; then some at a time, as machines are started. */
  private void connect(int members) throws Exception {
    newSeat().connect();
    until(() -> !seats.get(0).key().isEmpty(), "the first is alone in its group");
    List<Callable<Void>> connects = new ArrayList<>();
    for (int i = 1; i < members; i++) {
      connects.add(
          () -> {
            newSeat().connect();
            return null;
          });
    }
    atOnce(connects);
  }

  private static void atOnce(List<Callable<Void>> works) throws Exception {
    try (ExecutorService some = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<Void> each : some.invokeAll(works)) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  /** Not yet connected. */
  Seat newSeat() throws Exception {
    Seat seat =
        switch (kind) {
          case PLAIN -> new ChannelSeat(name, ChannelSeat.Encryption.NONE, plan.overUdp);
          case SYMMETRIC -> new ChannelSeat(name, ChannelSeat.Encryption.SYMMETRIC, plan.overUdp);
          case ASYMMETRIC -> new ChannelSeat(name, ChannelSeat.Encryption.ASYMMETRIC, plan.overUdp);
          case KEYMOOT -> new NodeSeat(name, seats.isEmpty(), plan.overUdp);
        };
    seats.add(seat);
    return seat;
  }

  /** Until all hold one key and see each other, and have for a while. */
  void settle() {
    untilAllHoldOneKey();
    pause(plan.settleMillis);
    untilAllHoldOneKey();
  }

  private void untilAllHoldOneKey() {
    int members = seats.size();
    until(() -> allHoldOneKey("", members), "all of " + members + " hold one key");
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

  void until(BooleanSupplier done, String what) {
    until(done, () -> what);
  }

  void until(BooleanSupplier done, Supplier<String> what) {
    long end = System.nanoTime() + plan.patienceSeconds * 1_000_000_000L;
    while (System.nanoTime() - end < 0) {
      if (done.getAsBoolean()) {
        return;
      }
      LockSupport.parkNanos(100_000);
    }
    // Also what is there by now: it was not within the time.
    throw new IllegalStateException("not within " + plan.patienceSeconds + " s: " + what.get());
  }

  static void pause(long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() {
    List<Callable<Void>> closes = new ArrayList<>();
    for (Seat seat : seats) {
      closes.add(
          () -> {
            seat.close();
            return null;
          });
    }
    // The last one first: else each close makes a new coordinator.
    Collections.reverse(closes);
    try {
      atOnce(closes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IllegalStateException("could not close", e);
    }
  }
}
