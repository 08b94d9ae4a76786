package io.keymoot.runtime;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/**
 * Reliable frames whose key is not here yet.
 *
 * <p>Of each source the opener keeps the latest few for a second, which is long for a picture. But
 * these were promised to arrive: so they wait here as well, as many and as long as their sender
 * keeps them to say them again, and are tried anew when something has changed. Those that the
 * opener delivered meanwhile are replays then. Bounded as a {@link Mailbox} is, for anybody can
 * send what looks like one of them.
 *
 * <p>For the thread that opens frames, but for the count.
 */
final class Keyless {
  /** One that cannot be opened yet. */
  record Frame(Address from, Bytes frame, Tick came) {}

  private final Mailbox<Frame> waiting =
      new Mailbox<>(
          new Mailbox.Bounds(
              RuntimeLimits.FRAMES_KEPT,
              RuntimeLimits.FRAME_BYTES_KEPT,
              RuntimeLimits.KEYLESS_FRAMES,
              RuntimeLimits.KEYLESS_BYTES));

  private final LongAdder givenUp = new LongAdder();
  private Tick lookAt = Tick.ZERO;

  void add(Frame frame) {
    if (!isAny()) {
      lookAt = end(frame);
    }
    waiting.put(frame.from, frame, frame.frame.length());
  }

  boolean isAny() {
    return waiting.waiting() > 0;
  }

  /** Frames whose key did not come in time, or for which there was no room to wait. */
  long lost() {
    return waiting.dropped.sum() + givenUp.sum();
  }

  /**
   * @param hasChanged whether any of them may open now that did not before
   * @param stillWaits tries one
   */
  void tryAgain(Tick now, boolean hasChanged, Predicate<Frame> stillWaits)
      throws InterruptedException {
    if (!hasChanged && now.isBefore(lookAt)) {
      return;
    }
    lookAt = now.plusMillis(RuntimeLimits.FRAMES_KEPT_MILLIS);
    for (int left = waiting.waiting(); left > 0; left--) {
      Frame next = waiting.take(0);
      if (next != null && stillWaits.test(next)) {
        if (!now.isBefore(end(next))) {
          givenUp.increment();
        } else {
          lookAt = end(next).isBefore(lookAt) ? end(next) : lookAt;
          waiting.put(next.from, next, next.frame.length());
        }
      }
    }
  }

  private static Tick end(Frame frame) {
    return frame.came.plusMillis(RuntimeLimits.FRAMES_KEPT_MILLIS);
  }

  void close() {
    waiting.close();
  }
}
