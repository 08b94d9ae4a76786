package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Frames of one amortised stream, sealed under one of the group's keys, that one signature will
 * vouch for. Many threads add to it: each claims a place, then fills it. It is whole when it is
 * closed, by its last place or otherwise, and all claimed places are filled.
 */
final class Batch {
  private static final int PLACES = Limits.VOUCHED_FRAMES;

  final InstalledKey key;
  final FrameStream stream;
  private final Tick began;

  /** Places claimed; its complement once closed. */
  private final AtomicInteger claimed = new AtomicInteger();

  private final AtomicInteger filled = new AtomicInteger();
  private final Sealed[] places = new Sealed[PLACES];

  private record Sealed(long number, Hash32 digest) {}

  Batch(InstalledKey key, FrameStream stream, Tick began) {
    this.key = key;
    this.stream = stream;
    this.began = began;
  }

  /** False if it takes no more. */
  boolean add(long number, Hash32 digest) {
    int place = claimed.get();
    while (true) {
      if (place < 0) {
        return false;
      }
      int after = place + 1 == PLACES ? ~PLACES : place + 1;
      int there = claimed.compareAndExchange(place, after);
      if (there == place) {
        break;
      }
      place = there;
    }
    places[place] = new Sealed(number, digest);
    filled.incrementAndGet();
    return true;
  }

  void close() {
    int there = claimed.get();
    while (there >= 0 && !claimed.compareAndSet(there, ~there)) {
      there = claimed.get();
    }
  }

  boolean isOld(Tick now) {
    return now.millisSince(began) >= Limits.VOUCHER_MILLIS;
  }

  Tick due() {
    return began.plusMillis(Limits.VOUCHER_MILLIS);
  }

  boolean isClosed() {
    return claimed.get() < 0;
  }

  boolean isWhole() {
    int there = claimed.get();
    return there < 0 && filled.get() == ~there;
  }

  /** To be asked of one that is closed. */
  boolean isEmpty() {
    return claimed.get() == ~0;
  }

  long firstNumber() {
    return sealed().getFirst().number;
  }

  List<Voucher.Line> lines() {
    long first = firstNumber();
    List<Voucher.Line> lines = new ArrayList<>();
    for (Sealed each : sealed()) {
      // A thread that slept for four thousand million frames goes unvouched.
      if (each.number - first <= 0xffff_ffffL) {
        lines.add(new Voucher.Line(each.number - first, each.digest));
      }
    }
    return lines;
  }

  private List<Sealed> sealed() {
    return Arrays.stream(places, 0, ~claimed.get())
        .sorted(Comparator.comparingLong(Sealed::number))
        .toList();
  }
}
