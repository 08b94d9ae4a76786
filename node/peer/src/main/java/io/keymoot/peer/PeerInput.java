package io.keymoot.peer;

import io.keymoot.admission.Hearing;
import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.Optional;

/** All that can happen to a peer. */
public sealed interface PeerInput {

  /** The first input. */
  record Start(WallTime wall) implements PeerInput {}

  /** The deadline is reached. */
  record Wake() implements PeerInput {}

  /** Bytes came, of whatever kind but frames. */
  record Received(Address from, Bytes message) implements PeerInput {}

  /** Where the transport reaches this peer now. */
  record ReachedAt(Address address) implements PeerInput {}

  /** The date, for certificates and invites alone. */
  record Date(WallTime wall) implements PeerInput {}

  /** What somebody outside answered to an errand of the policy. */
  record Heard(Hearing hearing) implements PeerInput {}

  // ---- what the application wants

  record Expel(Fingerprint device) implements PeerInput {}

  record Leave() implements PeerInput {}

  record Refresh() implements PeerInput {}

  record Renew(Optional<Bytes> credential) implements PeerInput {}
}
