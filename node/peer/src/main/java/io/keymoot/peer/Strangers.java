package io.keymoot.peer;

import io.keymoot.flatkeying.fact.MemberId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the heartbeats of those came from of whom no signed word is at hand: the facts say nothing
 * of them, or nothing yet but a hint was heard.
 *
 * <p>Nobody can check what such a one says, so not even its own word for its address is taken: who
 * is to be asked because of a packet is asked where that packet came from, and nobody else is.
 */
final class Strangers {
  private Map<MemberId, Address> from = new LinkedHashMap<>(2);

  void heard(MemberId stranger, Address itsAddress) {
    from.remove(stranger);
    from.put(stranger, itsAddress);
    if (from.size() > PeerLimits.STRANGERS) {
      from.remove(from.keySet().iterator().next());
    }
  }

  /** Its own signed word says where it is. */
  void forget(MemberId known) {
    if (from.remove(known) != null && from.isEmpty()) {
      // In a group just joined all are strangers at first: the room they took is given back.
      from = new LinkedHashMap<>(2);
    }
  }

  Optional<Address> where(MemberId stranger) {
    return Optional.ofNullable(from.get(stranger));
  }
}
