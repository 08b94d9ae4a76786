package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.SignedHeader;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.Optional;

/**
 * A heartbeat as decoded and well formed, but not believed: nobody has looked at its MAC or
 * signature yet. Only {@link HeartbeatCodec} makes one, for the parts have to agree.
 *
 * @param statement what the signature is over; there exactly if {@code beat.signed()}
 * @param authenticated the bytes that the MAC is over
 * @param mac all zero if the sender holds no epoch, so no key to make one; under the signature, if
 *     there is one
 */
public record HeartbeatMessage(
    Beat beat, Optional<SignedHeader> statement, Bytes authenticated, Bytes mac) {

  /** {@link Beat#sharing}. */
  public HeartbeatMessage sharing(HeartbeatMessage other) {
    return new HeartbeatMessage(beat.sharing(other.beat), statement, authenticated, mac);
  }
}
