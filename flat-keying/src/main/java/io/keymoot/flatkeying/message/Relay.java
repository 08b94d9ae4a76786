package io.keymoot.flatkeying.message;

import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;

/**
 * A member hands an epoch's secret on under KEKs of its own slots, as the epoch's cover told it to.
 * Not signed: what its wraps open to is checked against the Rekey's commitment, and who cannot have
 * made them has not the keys.
 *
 * @param epoch the first 8 bytes of the Rekey's id
 * @param place of the relay among members(P(x)), in the order of ids
 */
public record Relay(long epoch, int place, List<SlotWrap> wraps) implements SideMessage {
  /**
   * @param position of the slot; its symbol is the one that the relay's address shows there
   */
  public record SlotWrap(int position, Bytes wrap) {}
}
