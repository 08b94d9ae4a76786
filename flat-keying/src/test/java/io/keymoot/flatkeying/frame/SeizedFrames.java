package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.key.SenderBaseKey;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.wire.Bytes;

/** Frames as somebody has them who recorded them. */
public final class SeizedFrames {
  private static final byte[] NO_METADATA = {};

  private SeizedFrames() {}

  /**
   * Whether what this key of the group gives opens the unsigned frame: under the KID that the frame
   * bears, and under the one that frames of this key bear.
   */
  public static boolean opens(Tek tek, StayId sender, SFrameSuite suite, Bytes frame) {
    byte[] in = frame.toArray();
    int header = SFrameHeader.measure(in, 0, in.length);
    if (header == SFrameHeader.MALFORMED) {
      return false;
    }
    long borne = SFrameHeader.kid(in, 0);
    long own = (long) tek.kidPrefix() << 32 | borne & 0xffff_ffffL;
    try (SenderBaseKey base = tek.senderKey(sender)) {
      return opens(base, suite, borne, in, header)
          || (own != borne && opens(base, suite, own, in, header));
    }
  }

  private static boolean opens(
      SenderBaseKey base, SFrameSuite suite, long kid, byte[] in, int header) {
    long counter = SFrameHeader.counter(in, 0);
    byte[] out = new byte[in.length];
    try (SFrameKey key = base.lend(bytes -> FrameSecret.derive(bytes, suite, kid))) {
      return key.open(
              Desk.ofThisThread(), counter, in, 0, header, in.length, NO_METADATA, out, 0, true)
          != SFrameKey.FORGED;
    }
  }
}
