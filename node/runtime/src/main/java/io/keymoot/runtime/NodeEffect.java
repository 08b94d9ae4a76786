package io.keymoot.runtime;

import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.PeerEffect;

/** All that a node wants done, in order. */
sealed interface NodeEffect {
  record OfPeer(Seat seat, PeerEffect effect) implements NodeEffect {}

  /** To all, from who is in no group. */
  record Presence(Bytes message) implements NodeEffect {}

  /** The group is known now, by its name or because it was founded. */
  record Seated(Seat seat) implements NodeEffect {}

  /** More members may have names now. */
  record Recognised(Seat seat) implements NodeEffect {}

  record OtherGroup(GroupId group, boolean moves) implements NodeEffect {}

  /** Heard while no group is known yet. */
  record OtherVersion(PeerEffect.OtherVersion heard) implements NodeEffect {}

  /** This machine's clocks jumped apart: nothing is sealed from here on. */
  record ClocksApart(long millis) implements NodeEffect {}

  /** Every seat has begun a new stay since. */
  record ClocksAgree() implements NodeEffect {}

  /** In the other group: from now on that one is this node's. */
  record Moved(Seat from, Seat to) implements NodeEffect {}

  /** The stay fell with whoever let this device in: it asks the same group anew. */
  record Anew(Seat from, Seat to) implements NodeEffect {}

  /** The other group did not let this node in. */
  record GaveUp(Seat seat) implements NodeEffect {}
}
