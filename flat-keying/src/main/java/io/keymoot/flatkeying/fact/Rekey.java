package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;

/**
 * Makes an epoch with one fresh secret, and ends the stays of its targets.
 *
 * @param prev the epoch whose KEKs step; none in a group's first
 * @param commitment to the fresh secret
 * @param members digest of the members in P(this); a false one makes the fact invalid
 * @param cover hash of the cover, which travels behind the signature and goes with the epoch
 */
public record Rekey(
    Optional<FactId> prev, List<Target> targets, Hash32 commitment, Hash32 members, Hash32 cover)
    implements Fact {
  @Override
  public MessageType type() {
    return MessageType.REKEY;
  }
}
