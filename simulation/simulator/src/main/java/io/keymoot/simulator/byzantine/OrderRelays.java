package io.keymoot.simulator.byzantine;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Rekey;
import io.keymoot.flatkeying.group.GroupState;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.flatkeying.key.EpochSecret;
import io.keymoot.flatkeying.keying.Eavesdropper;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;

/**
 * Makes an epoch that all can read, and has everybody hand it on under whatever slots: also those
 * whose keys somebody has who is out.
 */
final class OrderRelays implements Trick {
  @Override
  public String name() {
    return "order-relays";
  }

  @Override
  public boolean act(Liar liar) {
    GroupState state = liar.state();
    Optional<FactId> prev = state.usable().stream().map(Known::id).findFirst();
    if (prev.isEmpty()) {
      return false;
    }
    EpochSecret secret = EpochSecret.fresh(liar.node.entropy());
    Rekey draft = new Rekey(prev, List.of(), secret.commitment(), Hash32.ZERO, Hash32.ZERO);
    Hash32 members = liar.ledger().draft(state, liar.id(), draft).membersDigest();
    Rekey bare = new Rekey(prev, List.of(), secret.commitment(), members, Hash32.ZERO);
    Bytes cover =
        Eavesdropper.coverThatOrders(liar.node.peer().keying(), bare, secret, liar.random)
            .orElse(null);
    if (cover == null) {
      return false;
    }
    Rekey rekey =
        new Rekey(prev, List.of(), secret.commitment(), members, Hash32.sha256(cover.toArray()));
    var fact = liar.write(state, rekey, cover);
    liar.say(fact);
    liar.knows(fact.id(), secret);
    return true;
  }
}
