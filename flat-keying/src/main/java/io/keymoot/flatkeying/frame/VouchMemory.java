package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The last frames of one amortised stream: those opened, which a voucher may come for, and those
 * vouched for, which may come after their voucher. Each place holds the newest frame whose number
 * falls on it, so loss costs no memory.
 *
 * <p>There are more places than frames may lead the voucher: no frame that may be opened unvouched
 * drives out another that is still waited for. So of each number one unvouched frame is opened,
 * whatever its key; a second one, which must be another member's or the sender's own after another
 * member's, waits for the voucher to say which of them it is.
 */
final class VouchMemory {
  private static final int PLACES = Limits.FRAMES_AWAITING_VOUCHER;

  static {
    if (Integer.bitCount(PLACES) != 1 || PLACES <= Limits.UNVOUCHED_AHEAD) {
      throw new IllegalStateException("there are too few places, or not a power of two of them");
    }
  }

  enum Frame {
    /** Nothing is known of its number. */
    UNKNOWN,
    /** It was opened, and no voucher has come for its number. */
    OPENED,
    /** Another frame of its number was opened, and no voucher has come for either. */
    TAKEN,
    /** Its sender signed for it. */
    VOUCHED,
    /** Its sender signed for it, and another frame was opened in its place. */
    OWED,
    /** Its sender signed for another frame of that number. */
    DISOWNED
  }

  /**
   * @param key the {@link InstalledKey#serial} of the frame's key
   * @param state OPENED, VOUCHED or OWED
   * @param takenUnder of one that is owed, the serial of the key of what was opened in its place
   */
  private record Entry(long number, int key, Hash32 digest, Frame state, int takenUnder) {
    Entry(long number, int key, Hash32 digest, Frame state) {
      this(number, key, digest, state, key);
    }

    boolean is(int its, Hash32 other) {
      return key == its && digest.equals(other);
    }

    boolean isVouched() {
      return state != Frame.OPENED;
    }
  }

  private final AtomicReferenceArray<@Nullable Entry> places = new AtomicReferenceArray<>(PLACES);

  /** What is known of a frame, changing nothing. */
  Frame look(long number, int key, Hash32 digest) {
    return judge(places.get(place(number)), number, key, digest);
  }

  /**
   * Whether of a number under which a frame was opened another may still be opened: the voucher has
   * not come, or it spoke for another than was opened.
   */
  boolean mayComeAgain(long number) {
    Entry there = places.get(place(number));
    return there != null && there.number == number && there.state != Frame.VOUCHED;
  }

  /**
   * What is known of a frame that opens now; if nothing is, the voucher to come finds it here,
   * unless it is so late that its place is a newer one's.
   */
  Frame remember(long number, int key, Hash32 digest) {
    int place = place(number);
    while (true) {
      Entry there = places.get(place);
      Frame known = judge(there, number, key, digest);
      if (known != Frame.UNKNOWN || (there != null && there.number > number)) {
        return known;
      }
      if (places.compareAndSet(place, there, new Entry(number, key, digest, Frame.OPENED))) {
        return known;
      }
    }
  }

  /** Whether what was opened in the place of the frame that is owed was under this key. */
  boolean isTakenUnder(long number, int key) {
    Entry there = places.get(place(number));
    return there != null && there.number == number && there.takenUnder == key;
  }

  /** Of all who hold the frame that is owed, one is told that it opens. */
  boolean settle(long number) {
    int place = place(number);
    Entry there = places.get(place);
    return there != null
        && there.number == number
        && there.state == Frame.OWED
        && places.compareAndSet(
            place, there, new Entry(number, there.key, there.digest, Frame.VOUCHED));
  }

  /**
   * Takes a voucher's word for one frame. Answers what that makes of the frame that was opened
   * under this number, VOUCHED or DISOWNED; or UNKNOWN if none was.
   */
  Frame vouch(long number, int key, Hash32 digest) {
    int place = place(number);
    while (true) {
      Entry there = places.get(place);
      // An unvouched frame, however high its number, gives way: another member may have made it.
      if (there != null && there.isVouched() && there.number >= number) {
        return Frame.UNKNOWN;
      }
      boolean wasOpened = there != null && there.number == number;
      boolean isIt = wasOpened && there.is(key, digest);
      Entry said =
          wasOpened && !isIt
              ? new Entry(number, key, digest, Frame.OWED, there.key)
              : new Entry(number, key, digest, Frame.VOUCHED);
      if (places.compareAndSet(place, there, said)) {
        return !wasOpened ? Frame.UNKNOWN : isIt ? Frame.VOUCHED : Frame.DISOWNED;
      }
    }
  }

  private static Frame judge(@Nullable Entry there, long number, int key, Hash32 digest) {
    if (there == null || there.number != number) {
      return Frame.UNKNOWN;
    }
    if (there.is(key, digest)) {
      return there.state;
    }
    return there.isVouched() ? Frame.DISOWNED : Frame.TAKEN;
  }

  private static int place(long number) {
    return (int) number & (PLACES - 1);
  }
}
