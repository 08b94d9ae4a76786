package io.keymoot.flatkeying.frame;

/** What became of a frame to be sealed. */
public sealed interface Sealing {
  /**
   * @param length bytes written
   * @param number the frame's place in its stream: 0, 1, 2, …, with gaps where sealing failed
   * @param voucherDue that {@link FrameSealer#nextVoucher} has something to send now
   */
  record Sealed(int length, long number, boolean voucherDue) implements Sealing {}

  /** Nothing was written. */
  enum NotSealed implements Sealing {
    /** No key may be sent under just now: hold the frame, and tell the application after 2 s. */
    NO_KEY,
    /** This sealer's stay is over; the next one has a sealer of its own. */
    STAY_OVER,
    /** The stream has used up its 2⁵⁶ numbers. */
    STREAM_SPENT,
    /** Of {@link FrameSealer#nextVoucher} alone: no voucher is due. */
    NOTHING_DUE
  }
}
