package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import io.keymoot.peer.PeerInput;

/** All that can happen to a node. */
sealed interface NodeInput {
  /** The first: the network is open, and this end reached there. */
  record Start(Address self) implements NodeInput {}

  record Wake() implements NodeInput {}

  /** For the peer, or both peers while the node moves. */
  record ToPeer(PeerInput input) implements NodeInput {}

  /** Somebody who is in no group says that it is there. */
  record Presence(Address from, Bytes message) implements NodeInput {}

  /** Join this group, and leave the present one once in. */
  record Move(GroupId group) implements NodeInput {}
}
