package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.FactId;
import java.util.List;

/** What became of a frame that came in. */
public sealed interface Opening {
  /**
   * The plaintext stands in the output.
   *
   * @param sender whose key it was sealed under; proved only if {@code source} says so
   * @param number its place in the stream
   */
  record Opened(FrameSender sender, FrameStream stream, long number, FrameSource source, int length)
      implements Opening {}

  /**
   * It was no frame of the application's but a voucher: its sender signed for frames sealed before.
   * Nothing is in the output. Call {@link FrameOpener#drain}: frames may have waited for it.
   *
   * @param confirmed numbers of frames delivered as from the group: they are the sender's
   * @param disowned numbers of frames delivered as from the group that the sender did <b>not</b>
   *     seal so: another member forged them
   */
  record Vouched(
      FrameSender sender,
      FrameStream stream,
      FactId epoch,
      int revision,
      List<Long> confirmed,
      List<Long> disowned)
      implements Opening {}

  /** A copy is kept, for a second at most; {@link FrameOpener#drain} delivers it. */
  enum Waiting implements Opening {
    /** Its key or its sender is not known yet. */
    FOR_KEY,
    /** Its epoch was left behind by an expulsion, and no live member has signed for it yet. */
    FOR_VOUCHER
  }

  /** Nothing of the frame is in the output, and nothing was kept of it but a count. */
  enum Refused implements Opening {
    /** Not the bytes of a frame: cut short, too long, a number in a longer form than needed. */
    MALFORMED,
    /** Not sealed, or not signed, by whom it says. There is one answer to all forgeries. */
    FORGED,
    /** Opened before. */
    REPLAYED,
    /** Older than its stream's replay window reaches: whether it is new cannot be told. */
    TOO_OLD,
    /** Its sender's stay is over. */
    NOT_A_MEMBER,
    /** Of an epoch that an expelled member holds, and nobody's signature vouches for it. */
    EPOCH_LEFT_BEHIND,
    /** Its key is not held, and as many frames wait already as may. */
    TOO_MANY_WAITING,
    /** As many streams are open already as may be. */
    TOO_MANY_STREAMS
  }
}
