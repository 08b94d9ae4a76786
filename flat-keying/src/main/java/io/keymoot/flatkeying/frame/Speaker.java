package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One stay whose frames may be opened, with the keys it has been heard under. */
final class Speaker {
  private static final OpenKey[] NONE = {};

  final FrameSender id;
  private volatile long openUntilMillis = Long.MAX_VALUE;
  private final AtomicReference<OpenKey[]> keys = new AtomicReference<>(NONE);

  /** Made when the first amortised frame comes: most speak in few streams or none. */
  private final AtomicReference<@Nullable AtomicReferenceArray<@Nullable AmortisedStream>>
      amortised = new AtomicReference<>();

  private final AtomicInteger signedWindows = new AtomicInteger();

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
        // The loop retires a key first and drops it after: one of us two sees the other.
        if (installed.isRetired()) {
          drop(key -> key == made);
        }
        return made;
      }
    }
  }

  @Nullable AmortisedStream amortisedIfAny(FrameStream stream) {
    AtomicReferenceArray<@Nullable AmortisedStream> row = amortised.get();
    return row == null ? null : row.get(stream.index());
  }

  AmortisedStream amortised(FrameStream stream, KeyRing ring) {
    AmortisedStream had = amortisedIfAny(stream);
    if (had != null) {
      return had;
    }
    AtomicReferenceArray<@Nullable AmortisedStream> row = amortised.get();
    if (row == null) {
      AtomicReferenceArray<@Nullable AmortisedStream> made =
          new AtomicReferenceArray<>(FrameStream.OF_A_KIND);
      AtomicReferenceArray<@Nullable AmortisedStream> there =
          amortised.compareAndExchange(null, made);
      row = there == null ? made : there;
    }
    AmortisedStream made = new AmortisedStream(this, ring);
    AmortisedStream there = row.compareAndExchange(stream.index(), null, made);
    return there == null ? made : there;
  }

  /** Whether its own signatures may open one window more. */
  boolean takeSignedWindow() {
    return Taken.one(signedWindows, Limits.SIGNED_WINDOWS_PER_SENDER);
  }

  void giveSignedWindowsBack(int count) {
    signedWindows.addAndGet(-count);
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
