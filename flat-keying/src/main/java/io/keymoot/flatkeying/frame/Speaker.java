package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One stay whose frames may be opened, with the keys it has been heard under. */
final class Speaker {
  private static final OpenKey[] NONE = {};

  final FrameSender id;
  private volatile long openUntilMillis = Long.MAX_VALUE;
  private final AtomicReference<OpenKey[]> keys = new AtomicReference<>(NONE);

  /** Without an object of its own for it: there are as many speakers as members. */
  private static final AtomicReferenceFieldUpdater<Speaker, Signed> SIGNED =
      AtomicReferenceFieldUpdater.newUpdater(Speaker.class, Signed.class, "signed");

  private volatile @Nullable Signed signed;
  private volatile boolean forgotten;

  /** What is kept of whoever signs; made with the first such frame, for most never speak. */
  private static final class Signed {
    final AtomicReferenceArray<@Nullable AmortisedStream> amortised =
        new AtomicReferenceArray<>(FrameStream.OF_A_KIND);
    final AtomicInteger windows = new AtomicInteger();
  }

  Speaker(FrameSender id) {
    this.id = id;
  }

  void endAt(Tick until) {
    openUntilMillis = Math.min(openUntilMillis, until.millis());
  }

  boolean isLive() {
    return openUntilMillis == Long.MAX_VALUE;
  }

  boolean mayBeOpened(Tick now) {
    return now.millis() < openUntilMillis;
  }

  /** Its key under one of the group's; nothing is derived yet. */
  OpenKey keyUnder(InstalledKey installed, KeyRing ring) {
    while (true) {
      OpenKey[] had = keys.get();
      for (OpenKey key : had) {
        if (key.installed == installed) {
          return key;
        }
      }
      OpenKey[] more = Arrays.copyOf(had, had.length + 1);
      OpenKey made = new OpenKey(installed, this, ring);
      more[had.length] = made;
      if (keys.compareAndSet(had, more)) {
        // The loop retires a key, or forgets a stay, first and drops keys after: one of us two sees
        // the other.
        if (forgotten || installed.isRetired()) {
          drop(key -> key == made);
        }
        return made;
      }
    }
  }

  @Nullable AmortisedStream amortisedIfAny(FrameStream stream) {
    Signed has = signed;
    return has == null ? null : has.amortised.get(stream.index());
  }

  AmortisedStream amortised(FrameStream stream, KeyRing ring) {
    AmortisedStream had = amortisedIfAny(stream);
    if (had != null) {
      return had;
    }
    AmortisedStream made = new AmortisedStream(this, ring);
    AmortisedStream there = signed().amortised.compareAndExchange(stream.index(), null, made);
    return there == null ? made : there;
  }

  /** Whether its own signatures may open one window more. */
  boolean takeSignedWindow() {
    return Taken.one(signed().windows, Limits.SIGNED_WINDOWS_PER_SENDER);
  }

  void giveSignedWindowsBack(int count) {
    if (count > 0) {
      signed().windows.addAndGet(-count);
    }
  }

  private Signed signed() {
    Signed had = signed;
    if (had != null) {
      return had;
    }
    Signed made = new Signed();
    if (SIGNED.compareAndSet(this, null, made)) {
      return made;
    }
    return Objects.requireNonNull(signed);
  }

  /** Drops all its keys for good: also those that a thread makes which found this stay before. */
  void forget() {
    forgotten = true;
    drop(all -> true);
  }

  void drop(Predicate<OpenKey> dropped) {
    while (true) {
      OpenKey[] had = keys.get();
      OpenKey[] kept = Arrays.stream(had).filter(dropped.negate()).toArray(OpenKey[]::new);
      if (kept.length == had.length) {
        return;
      }
      if (keys.compareAndSet(had, kept)) {
        Arrays.stream(had).filter(dropped).forEach(OpenKey::close);
        return;
      }
    }
  }
}
