package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The last frames of one amortised stream: those opened, which a voucher may come for, and those
 * vouched for, which may come after their voucher. Each place holds the newest frame whose number
 * falls on it, so loss costs no memory.
 */
final class VouchMemory {
  private static final int PLACES = Limits.FRAMES_AWAITING_VOUCHER;

  enum Frame {
    /** No voucher has come for it; it is remembered. */
    UNVOUCHED,
    /** Its sender signed for it. */
    VOUCHED,
    /** Its sender signed for another frame of that number. */
    DISOWNED
  }

  private record Entry(long number, Hash32 digest, boolean vouched) {}

  private final AtomicReferenceArray<@Nullable Entry> places = new AtomicReferenceArray<>(PLACES);

  /** What is known of a frame, changing nothing. */
  Frame look(long number, Hash32 digest) {
    return judge(places.get(place(number)), number, digest);
  }

  /** What is known of a frame that opens now; if nothing is, the voucher to come finds it here. */
  Frame remember(long number, Hash32 digest) {
    int place = place(number);
    while (true) {
      Entry there = places.get(place);
      Frame known = judge(there, number, digest);
      if (known != Frame.UNVOUCHED || (there != null && there.number >= number)) {
        return known;
      }
      if (places.compareAndSet(place, there, new Entry(number, digest, false))) {
        return known;
      }
    }
  }

  /**
   * Takes a voucher's word for one frame. Answers what that makes of the frame that was opened
   * under this number, or unvouched if none was.
   */
  Frame vouch(long number, Hash32 digest) {
    int place = place(number);
    while (true) {
      Entry there = places.get(place);
      // An unvouched frame, however high its number, gives way: another member may have made it.
      if (there != null && there.vouched && there.number >= number) {
        return Frame.UNVOUCHED;
      }
      if (places.compareAndSet(place, there, new Entry(number, digest, true))) {
        if (there == null || there.number != number) {
          return Frame.UNVOUCHED;
        }
        return there.digest.equals(digest) ? Frame.VOUCHED : Frame.DISOWNED;
      }
    }
  }

  private static Frame judge(@Nullable Entry there, long number, Hash32 digest) {
    if (there == null || there.number != number || !there.vouched) {
      return Frame.UNVOUCHED;
    }
    return there.digest.equals(digest) ? Frame.VOUCHED : Frame.DISOWNED;
  }

  private static int place(long number) {
    return (int) number & (PLACES - 1);
  }
}
