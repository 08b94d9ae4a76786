package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Frames that cannot be opened yet, for a second at most.
 *
 * <p>Each source has a bench of its own (sources that fall on the same bench share it), bounded in
 * frames and bytes; its newcomers push out its own oldest. So whoever floods takes nothing from
 * others, until all benches together are full.
 */
final class WaitingRoom {
  private static final int BENCHES = 64;
  private static final int SEATS = Limits.WAITING_FRAMES_PER_SOURCE;

  private final AtomicReferenceArray<@Nullable Bench> benches = new AtomicReferenceArray<>(BENCHES);
  private final AtomicLong bytes = new AtomicLong();

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

  /** False if there is no room. */
  boolean seat(Waiter waiter) {
    int place = (int) ((waiter.source * 0x9e37_79b9_7f4a_7c15L) >>> 58);
    Bench bench = benches.get(place);
    if (bench == null) {
      Bench made = new Bench();
      Bench there = benches.compareAndExchange(place, null, made);
      bench = there == null ? made : there;
    }
    return bench.seat(waiter);
  }

  /** Takes out, oldest first, those whose time is over and those that are wanted. */
  void callOut(Tick now, Call call) {
    for (int i = 0; i < BENCHES; i++) {
      Bench bench = benches.get(i);
      if (bench != null && bench.held.get() > 0) {
        bench.callOut(now, call);
      }
    }
  }

  private final class Bench {
    final AtomicReferenceArray<@Nullable Waiter> seats = new AtomicReferenceArray<>(SEATS);
    final AtomicInteger next = new AtomicInteger();
    final AtomicLong held = new AtomicLong();

    boolean seat(Waiter waiter) {
      int size = waiter.bytes();
      boolean fullOfOthers = bytes.get() + size > Limits.WAITING_BYTES_IN_ALL && held.get() < size;
      if (size > Limits.WAITING_BYTES_PER_SOURCE || fullOfOthers) {
        return false;
      }
      held.addAndGet(size);
      bytes.addAndGet(size);
      for (int tries = 0; tries < SEATS; tries++) {
        int seat = next.getAndIncrement() & (SEATS - 1);
        leave(seats.getAndSet(seat, null));
        if (held.get() <= Limits.WAITING_BYTES_PER_SOURCE
            && bytes.get() <= Limits.WAITING_BYTES_IN_ALL) {
          leave(seats.getAndSet(seat, waiter));
          return true;
        }
      }
      held.addAndGet(-size);
      bytes.addAndGet(-size);
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
          leave(waiter);
          if (!late) {
            call.take(waiter);
          }
        }
      }
    }

    private void leave(@Nullable Waiter waiter) {
      if (waiter != null) {
        held.addAndGet(-waiter.bytes());
        bytes.addAndGet(-waiter.bytes());
      }
    }
  }
}
