package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One sender under one of the group's keys: the SFrame key to open with, and what has been opened.
 *
 * <p>The SFrame key comes and goes: it is derived at the first frame and dropped when {@link
 * KeysAtHand} has too many. What has been opened stays as long as the group's key does, or a
 * recorded frame could be opened again.
 */
final class OpenKey implements KeysAtHand.Key, AutoCloseable {
  private static final int ROWS = 16;

  /** Stands for the SFrame key once it is wiped for good, so that none is put there after. */
  private static final SFrameKey GONE =
      new SFrameKey(SFrameSuite.AES_128_GCM_SHA256_128, 0, new byte[16], new byte[0]);

  final InstalledKey installed;
  final Speaker speaker;
  private final KeyRing ring;
  private final AtomicReference<@Nullable SFrameKey> material = new AtomicReference<>();

  /** 16 rows of 16 lanes, made as they are needed: most senders use a stream or two. */
  private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable Lane>> rows =
      new AtomicReferenceArray<>(ROWS);

  private final AtomicInteger lanes = new AtomicInteger();
  private final AtomicInteger signedLanes = new AtomicInteger();

  /**
   * Threads that open frames of one sender at the same time lose some of these: it need not be
   * exact, so that it costs next to nothing.
   */
  private int opened;

  /** What has been opened of one stream. */
  static final class Lane {
    final ReplayWindow window = new ReplayWindow();
  }

  OpenKey(InstalledKey installed, Speaker speaker, KeyRing ring) {
    this.installed = installed;
    this.speaker = speaker;
    this.ring = ring;
  }

  /** The key to open with, derived if need be; null once it is gone. */
  @Nullable SFrameKey material() {
    SFrameKey had = material.get();
    if (had != null) {
      return had == GONE ? null : had;
    }
    Optional<FrameSecret> secret = installed.epoch.secretFor(speaker.id.stay());
    if (secret.isEmpty()) {
      return null;
    }
    SFrameKey made;
    try (FrameSecret base = secret.get()) {
      made = base.sframeKey(ring.suite(), ring.kid(installed, speaker.id));
    }
    // The group's key may have been wiped while this one was derived from it, and what is derived
    // from zeroes every stranger knows. It is retired before it is wiped: so look once more, before
    // another thread can use it.
    if (installed.isRetired()) {
      made.close();
      return null;
    }
    if (!material.compareAndSet(null, made)) {
      made.close();
      return material();
    }
    ring.countDerived();
    ring.atHand().add(this);
    return made;
  }

  /** A frame proved to be sealed under it. */
  void opened() {
    if (++opened % Limits.FRAMES_PER_USE == 0) {
      ring.atHand().used(this);
    }
  }

  @Override
  public boolean isGone() {
    return material.get() == GONE || installed.isRetired();
  }

  @Override
  public void drop() {
    SFrameKey had = material.get();
    if (had != null && had != GONE && material.compareAndSet(had, null)) {
      had.close();
      ring.countDroppedForRoom();
    }
  }

  @Nullable Lane laneIfAny(FrameStream stream) {
    AtomicReferenceArray<@Nullable Lane> row = rows.get(stream.number() / ROWS);
    return row == null ? null : row.get(stream.number() % ROWS);
  }

  /**
   * Null if as many windows are open as may be. Called for frames that proved good, no others.
   *
   * @param isSigned that the sender's signature opens it: those have room of their own, which
   *     nobody else can fill
   */
  @Nullable Lane lane(FrameStream stream, boolean isSigned) {
    Lane had = laneIfAny(stream);
    if (had != null) {
      return had;
    }
    if (!(isSigned ? takeSigned() : ring.takeWindow())) {
      return null;
    }
    AtomicReferenceArray<@Nullable Lane> row = rows.get(stream.number() / ROWS);
    if (row == null) {
      AtomicReferenceArray<@Nullable Lane> made = new AtomicReferenceArray<>(ROWS);
      AtomicReferenceArray<@Nullable Lane> there =
          rows.compareAndExchange(stream.number() / ROWS, null, made);
      row = there == null ? made : there;
    }
    Lane made = new Lane();
    if (row.compareAndSet(stream.number() % ROWS, null, made)) {
      if (isSigned) {
        count(signedLanes, this::giveSignedBack);
      } else {
        count(lanes, ring::giveWindowsBack);
      }
      return made;
    }
    if (isSigned) {
      giveSignedBack(1);
    } else {
      ring.giveWindowsBack(1);
    }
    return row.get(stream.number() % ROWS);
  }

  private boolean takeSigned() {
    if (!speaker.takeSignedWindow()) {
      return false;
    }
    if (!ring.takeSignedWindow()) {
      speaker.giveSignedWindowsBack(1);
      return false;
    }
    return true;
  }

  private void giveSignedBack(int count) {
    speaker.giveSignedWindowsBack(count);
    ring.giveSignedWindowsBack(count);
  }

  /** Counts one thing more that closing gives back, or gives it back now if closing came first. */
  private void count(AtomicInteger of, IntConsumer giveBack) {
    of.incrementAndGet();
    if (material.get() == GONE) {
      giveBack.accept(of.getAndSet(0));
    }
  }

  @Override
  public void close() {
    SFrameKey had = material.getAndSet(GONE);
    if (had != null) {
      had.close();
    }
    ring.giveWindowsBack(lanes.getAndSet(0));
    giveSignedBack(signedLanes.getAndSet(0));
  }

  @Override
  public String toString() {
    return "OpenKey of " + speaker.id.stay() + " under " + installed;
  }
}
