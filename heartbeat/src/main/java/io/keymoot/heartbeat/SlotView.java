package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;
import java.util.List;
import java.util.Optional;

/**
 * Who owns a slot's key, for people to see.
 *
 * @param line the key holder, who makes the slot's next key, and those it passes to, one after the
 *     other, when they leave the roster; empty if nobody's address is in the slot
 * @param members how many members' addresses are in the slot
 * @param having how many of these say that they hold its key as of the newest epoch of this peer
 */
public record SlotView(Slot slot, List<MemberId> line, int members, int having) {
  public Optional<MemberId> keyHolder() {
    return line.stream().findFirst();
  }
}
