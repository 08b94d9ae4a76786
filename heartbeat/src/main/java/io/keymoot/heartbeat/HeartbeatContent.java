package io.keymoot.heartbeat;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Optional;

/**
 * What a heartbeat says besides who says it and its heads. A signed heartbeat's header holds the
 * hash of this and of the MAC.
 *
 * @param counter higher in every beat of a member; unsigned
 * @param epoch the newest epoch held; none for who holds no key
 * @param haveMask a bit per own slot, the first position lowest: the KEKs held as of {@code epoch}
 * @param membersDigest names the set of members that the sender believes in
 * @param address where the transport reaches the sender; opaque, at most 64 bytes
 */
public record HeartbeatContent(
    long counter, Optional<EpochHeld> epoch, int haveMask, Hash32 membersDigest, Bytes address) {
  public HeartbeatContent {
    if (address.length() > HeartbeatLimits.ADDRESS_BYTES) {
      throw new IllegalArgumentException("an address of " + address.length() + " bytes");
    }
  }

  /** Whether the sender holds the KEK of its slot at this position. */
  public boolean has(int position) {
    return (haveMask >>> position & 1) == 1;
  }

  boolean saysTheSame(HeartbeatContent other) {
    return epoch.equals(other.epoch)
        && haveMask == other.haveMask
        && membersDigest.equals(other.membersDigest)
        && address.equals(other.address);
  }
}
