package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.key.SenderBaseKey;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.wire.Bytes;

/** Frames as somebody has them who recorded them. */
public final class SeizedFrames {
  private static final byte[] NO_METADATA = {};

  private SeizedFrames() {}

  /** Whether what this key of the group gives opens the unsigned frame, whatever its KID says. */
  public static boolean opens(Tek tek, StayId sender, SFrameSuite suite, Bytes frame) {
    byte[] in = frame.toArray();
    int header = SFrameHeader.measure(in, 0, in.length);
    if (header == SFrameHeader.MALFORMED) {
      return false;
    }
    long kid = SFrameHeader.kid(in, 0);
    try (SenderBaseKey base = tek.senderKey(sender);
        SFrameKey key = base.lend(bytes -> FrameSecret.derive(bytes, suite, kid))) {
      int text =
          key.open(
              Desk.ofThisThread(),
              SFrameHeader.counter(in, 0),
              in,
              0,
              header,
              in.length,
              NO_METADATA,
              new byte[in.length],
              0,
              true);
      return text != SFrameKey.FORGED;
    }
  }
}
