package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.MemberId;

/** Checks members' signatures; called on the threads that open, several at once. */
@FunctionalInterface
public interface FrameVerifier {
  boolean verify(MemberId member, byte[] message, byte[] signature);
}
