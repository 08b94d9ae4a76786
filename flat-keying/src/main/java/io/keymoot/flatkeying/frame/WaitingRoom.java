package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Frames that cannot be opened yet, for a second at most.
 *
 * <p>Each source has a bench of its own and shares it with nobody, bounded in frames and bytes; its
 * newcomers push out its own oldest. When all benches together are full, whoever has most there
 * gives way to whoever has less. When there are as many sources as may be, the one that has been
 * quiet longest gives way.
 *
 * <p>Benches come and go by copying the table, which only the first frame of a source pays for. No
 * one waits for anyone here.
 */
final class WaitingRoom {
  private static final int SEATS = Limits.WAITING_FRAMES_PER_SOURCE;

  /** Ascending by source; replaced whole. */
  private final AtomicReference<Bench[]> benches = new AtomicReference<>(new Bench[0]);

  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong seated = new AtomicLong();

  /**
   * A frame that waits.
   *
   * @param version of the ring, and {@code news} of the opener, when it was last tried
   */
  @SuppressWarnings("ArrayRecordComponent") // Its own copies, never compared.
  record Waiter(byte[] frame, byte[] metadata, long source, Tick deadline, int version, long news) {
    int bytes() {
      return frame.length + metadata.length;
    }
  }

  /** What is done with each waiter that {@link #callOut} takes out. */
  interface Call {
    /** False for a waiter for whom nothing has changed: it keeps its seat. */
    boolean wants(Waiter waiter);

    void take(Waiter waiter);
  }

  boolean isEmpty() {
    return bytes.get() == 0;
  }

  long bytes() {
    return bytes.get();
  }

  int sources() {
    return benches.get().length;
  }

  /** False if there is no room. */
  boolean seat(Waiter waiter) {
    if (waiter.bytes() > Limits.WAITING_BYTES_PER_SOURCE) {
      return false;
    }
    while (true) {
      Bench bench = bench(waiter.source);
      if (!bench.seat(waiter)) {
        return false;
      }
      // Who takes a bench away says so first and empties it then: one of us two sees the other.
      if (!bench.isGone || !bench.leave(waiter)) {
        return true;
      }
    }
  }

  /** Takes out, oldest first of each source, those whose time is over and those wanted. */
  void callOut(Tick now, Call call) {
    for (Bench bench : benches.get()) {
      if (bench.held.get() > 0) {
        bench.callOut(now, call);
      }
    }
  }

  private Bench bench(long source) {
    while (true) {
      Bench[] before = benches.get();
      int place = place(before, source);
      if (place >= 0) {
        return before[place];
      }
      Bench made = new Bench(source);
      Bench gone = before.length < Limits.WAITING_SOURCES ? null : quietest(before);
      Bench[] after =
          Arrays.stream(before).filter(each -> each != gone).toArray(size -> new Bench[size]);
      place = ~place(after, source);
      Bench[] next = Arrays.copyOf(after, after.length + 1);
      System.arraycopy(after, place, next, place + 1, after.length - place);
      next[place] = made;
      if (benches.compareAndSet(before, next)) {
        if (gone != null) {
          gone.close();
        }
        return made;
      }
    }
  }

  /** Whoever is empty first; else whoever took a seat longest ago. */
  private static Bench quietest(Bench[] benches) {
    Bench quietest = benches[0];
    for (Bench each : benches) {
      boolean isEmpty = each.held.get() == 0;
      boolean isOther = quietest.held.get() == 0;
      if (isEmpty != isOther ? isEmpty : each.lastSeated < quietest.lastSeated) {
        quietest = each;
      }
    }
    return quietest;
  }

  private static int place(Bench[] benches, long source) {
    int low = 0;
    int high = benches.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long there = benches[middle].source;
      if (there == source) {
        return middle;
      }
      if (there < source) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return ~low;
  }

  private Bench fullest() {
    Bench[] all = benches.get();
    Bench fullest = all[0];
    for (Bench each : all) {
      if (each.held.get() > fullest.held.get()) {
        fullest = each;
      }
    }
    return fullest;
  }

  private final class Bench {
    final long source;
    final AtomicReferenceArray<@Nullable Waiter> seats = new AtomicReferenceArray<>(SEATS);
    final AtomicInteger next = new AtomicInteger();
    final AtomicLong held = new AtomicLong();
    volatile long lastSeated;
    volatile boolean isGone;

    Bench(long source) {
      this.source = source;
    }

    boolean seat(Waiter waiter) {
      int size = waiter.bytes();
      lastSeated = seated.incrementAndGet();
      held.addAndGet(size);
      bytes.addAndGet(size);
      if (!makeRoom()) {
        count(-size);
        return false;
      }
      Waiter pushedOut = seats.getAndSet(next.getAndIncrement() & (SEATS - 1), waiter);
      if (pushedOut != null) {
        count(-pushedOut.bytes());
      }
      return true;
    }

    /** Whether what has been counted already fits, once who has more than is due has left. */
    private boolean makeRoom() {
      while (held.get() > Limits.WAITING_BYTES_PER_SOURCE) {
        if (!pushOutOldest()) {
          return false;
        }
      }
      while (bytes.get() > Limits.WAITING_BYTES_IN_ALL) {
        Bench fullest = fullest();
        boolean hasLess = held.get() < fullest.held.get();
        if (!(hasLess ? fullest : this).pushOutOldest()) {
          return false;
        }
      }
      return true;
    }

    private boolean pushOutOldest() {
      int oldest = next.get();
      for (int i = 0; i < SEATS; i++) {
        Waiter left = seats.getAndSet((oldest + i) & (SEATS - 1), null);
        if (left != null) {
          count(-left.bytes());
          return true;
        }
      }
      return false;
    }

    void callOut(Tick now, Call call) {
      int oldest = next.get();
      for (int i = 0; i < SEATS; i++) {
        int seat = (oldest + i) & (SEATS - 1);
        Waiter waiter = seats.get(seat);
        if (waiter == null) {
          continue;
        }
        boolean late = !now.isBefore(waiter.deadline);
        if ((late || call.wants(waiter)) && seats.compareAndSet(seat, waiter, null)) {
          count(-waiter.bytes());
          if (!late) {
            call.take(waiter);
          }
        }
      }
    }

    /** Whether it still had its seat. */
    boolean leave(Waiter waiter) {
      for (int seat = 0; seat < SEATS; seat++) {
        if (seats.compareAndSet(seat, waiter, null)) {
          count(-waiter.bytes());
          return true;
        }
      }
      return false;
    }

    void close() {
      isGone = true;
      while (pushOutOldest()) {
        // All leave.
      }
    }

    private void count(int difference) {
      held.addAndGet(difference);
      bytes.addAndGet(difference);
    }
  }
}
