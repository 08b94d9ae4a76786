package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Bytes;

/** Checks members' signatures; called on the threads that open, several at once. */
@FunctionalInterface
public interface FrameVerifier {
  boolean verify(MemberId member, byte[] message, Bytes signature);
}
