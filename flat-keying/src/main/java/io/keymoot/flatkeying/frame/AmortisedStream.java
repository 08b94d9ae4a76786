package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One amortised stream of a sender, whatever key it is sealed under: its numbers never go back, so
 * all of it has one memory and one mark, up to where the sender has signed.
 *
 * <p>Any member can make a frame that nobody has signed for yet. What it can stop by that is
 * bounded by two things here. Such frames may lead the mark by {@link Limits#UNVOUCHED_AHEAD} and
 * no more, so the replay window cannot be led past what the sender is about to say; others wait for
 * their voucher. And once its sender has signed, a stream's memory is kept among those that a
 * signature speaks for, which no forged frame drives out.
 */
final class AmortisedStream {
  final Speaker speaker;
  private final KeyRing ring;
  private final AtomicLong vouchedTo = new AtomicLong(-1);
  private final AtomicReference<@Nullable VouchMemory> memory = new AtomicReference<>();

  AmortisedStream(Speaker speaker, KeyRing ring) {
    this.speaker = speaker;
    this.ring = ring;
  }

  /** Whether a frame of this number may be opened before its sender has signed for it. */
  boolean mayComeUnvouched(long number) {
    return number - vouchedTo.get() <= Limits.UNVOUCHED_AHEAD;
  }

  /** Whether its sender has ever signed for a frame of it. */
  boolean isVouchedFor() {
    return vouchedTo.get() >= 0;
  }

  /** Its sender has signed for frames up to this number. */
  void vouched(long number) {
    long before = vouchedTo.getAndAccumulate(number, Math::max);
    if (before < 0 && memory.get() != null) {
      ring.keep(this);
    }
  }

  VouchMemory memory() {
    VouchMemory had = memory.get();
    if (had != null) {
      return had;
    }
    VouchMemory made = new VouchMemory();
    VouchMemory there = memory.compareAndExchange(null, made);
    if (there != null) {
      return there;
    }
    ring.keep(this);
    return made;
  }

  @Nullable VouchMemory memoryIfAny() {
    return memory.get();
  }

  void dropMemory() {
    memory.set(null);
  }

  @Override
  public String toString() {
    return "amortised stream of " + speaker.id.stay() + " vouched for up to " + vouchedTo;
  }
}
