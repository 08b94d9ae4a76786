package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.StayId;

/** Whose key a frame was sealed under: a stay, and the member it belongs to. */
public record FrameSender(StayId stay, MemberId member) {
  /** The second half of this sender's KIDs. */
  int kidSuffix() {
    return (int) (stay.hash().a() >>> 32);
  }
}
