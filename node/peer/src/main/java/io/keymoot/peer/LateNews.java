package io.keymoot.peer;

import io.keymoot.flatkeying.fact.Envelope;
import io.keymoot.flatkeying.fact.FactCodec;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Ledger;
import io.keymoot.flatkeying.keying.FlatKeying;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.message.SyncReply;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;

/**
 * What comes after a {@link Fall}, of which the peer that fell takes nothing, and the one that asks
 * anew nothing either before it is let in: that its own device was put out as well. Nobody tells it
 * so when it asks, and it would ask for ever.
 */
public final class LateNews {
  private final FlatKeying fallen;
  private GroupState state;

  public LateNews(Peer fallen) {
    this.fallen = fallen.keying();
    this.state = this.fallen.state();
  }

  /** Whether, with this message, the device is put out. */
  public boolean putsOut(Bytes message) {
    MessageType type = SideCodec.typeOf(message).orElse(null);
    if (type == null) {
      return false;
    }
    if (type.isFact()) {
      take(message);
    } else if (type == MessageType.SYNC_REPLY
        && SideCodec.decode(message) instanceof Decoded.Ok<?>(SyncReply reply)
        && reply.group().equals(fallen.group())) {
      reply.facts().forEach(this::take);
    }
    return state
        .person(fallen.self())
        .filter(self -> fallen.ledger().isBarred(state, self.device()))
        .isPresent();
  }

  private void take(Bytes fact) {
    if (FactCodec.decode(fact) instanceof Decoded.Ok<Envelope>(Envelope envelope)
        && envelope.header().group().equals(fallen.group())
        && fallen.ledger().decide(envelope) instanceof Ledger.Decision.Valid(var known)) {
      state = fallen.ledger().union(state, known);
    }
  }
}
