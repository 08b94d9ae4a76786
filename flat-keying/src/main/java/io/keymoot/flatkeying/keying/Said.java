package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.wire.Hash32;
import org.jspecify.annotations.Nullable;

/**
 * What each member last said of the KEKs it holds.
 *
 * <p>Read where it is heard: it is as wide as the group, and whoever composes the cores has it for
 * the heartbeats' own ends.
 */
public interface Said {

  /**
   * @param epoch the Rekey's id
   * @param mask a bit per own slot, the first position lowest: the KEKs held as of that epoch
   */
  record Word(Hash32 epoch, int mask) {}

  /** Null if the member has said nothing, or that it holds no epoch. */
  @Nullable Word last(MemberId member);
}
