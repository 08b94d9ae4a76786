package io.keymoot.flatkeying.frame;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One sender under one of the group's keys: the SFrame key to open with, and what has been opened.
 *
 * <p>The SFrame key comes and goes: it is derived at the first frame and dropped when the ring
 * holds too many. What has been opened stays as long as the group's key does, or a recorded frame
 * could be opened again.
 */
final class OpenKey implements AutoCloseable {
  private static final int ROWS = 16;

  final InstalledKey installed;
  final Speaker speaker;
  private final KeyRing ring;
  private final AtomicReference<@Nullable SFrameKey> material = new AtomicReference<>();

  /** 16 rows of 16 lanes, made as they are needed: most senders use a stream or two. */
  private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable Lane>> rows =
      new AtomicReferenceArray<>(ROWS);

  private final AtomicInteger lanes = new AtomicInteger();
  private final AtomicInteger memories = new AtomicInteger();
  private volatile boolean closed;

  /** What has been opened of one stream. */
  final class Lane {
    final ReplayWindow window = new ReplayWindow();
    private final AtomicReference<@Nullable VouchMemory> memory = new AtomicReference<>();

    /** Null if as many streams await vouchers as may: frames stay "from the group" then. */
    @Nullable VouchMemory memory() {
      VouchMemory had = memory.get();
      if (had != null) {
        return had;
      }
      if (!ring.takeMemory()) {
        return null;
      }
      VouchMemory made = new VouchMemory();
      if (memory.compareAndSet(null, made)) {
        count(memories, ring::giveMemoriesBack);
        return made;
      }
      ring.giveMemoriesBack(1);
      return memory.get();
    }

    @Nullable VouchMemory memoryIfAny() {
      return memory.get();
    }
  }

  OpenKey(InstalledKey installed, Speaker speaker, KeyRing ring) {
    this.installed = installed;
    this.speaker = speaker;
    this.ring = ring;
  }

  /** The key to open with, derived if need be; null once the group's key has been erased. */
  @Nullable SFrameKey material() {
    SFrameKey had = material.get();
    if (had != null) {
      return had;
    }
    Optional<FrameSecret> secret =
        closed ? Optional.empty() : installed.epoch.secretFor(speaker.id.stay());
    if (secret.isEmpty()) {
      return null;
    }
    SFrameKey made;
    try (FrameSecret base = secret.get()) {
      made = base.sframeKey(ring.suite(), ring.kid(installed, speaker.id));
    }
    if (!material.compareAndSet(null, made)) {
      made.close();
      return material.get();
    }
    ring.keepReady(this);
    // The group's key may have been wiped while this one was derived from it, and what is derived
    // from zeroes every stranger knows. It is retired before it is wiped: so look once more.
    if (closed || installed.isRetired()) {
      dropMaterial();
      return null;
    }
    return made;
  }

  void dropMaterial() {
    SFrameKey had = material.getAndSet(null);
    if (had != null) {
      had.close();
    }
  }

  @Nullable Lane laneIfAny(FrameStream stream) {
    AtomicReferenceArray<@Nullable Lane> row = rows.get(stream.number() / ROWS);
    return row == null ? null : row.get(stream.number() % ROWS);
  }

  /** Null if as many windows are open as may be. Called for frames that proved good, no others. */
  @Nullable Lane lane(FrameStream stream) {
    Lane had = laneIfAny(stream);
    if (had != null) {
      return had;
    }
    if (!ring.takeWindow()) {
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
      count(lanes, ring::giveWindowsBack);
      return made;
    }
    ring.giveWindowsBack(1);
    return row.get(stream.number() % ROWS);
  }

  /** Counts one thing more that closing gives back, or gives it back now if closing came first. */
  private void count(AtomicInteger of, IntConsumer giveBack) {
    of.incrementAndGet();
    if (closed) {
      giveBack.accept(of.getAndSet(0));
    }
  }

  @Override
  public void close() {
    closed = true;
    dropMaterial();
    ring.giveWindowsBack(lanes.getAndSet(0));
    ring.giveMemoriesBack(memories.getAndSet(0));
  }

  @Override
  public String toString() {
    return "OpenKey of " + speaker.id.stay() + " under " + installed;
  }
}
