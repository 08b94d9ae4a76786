package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;

/** Gives slots fresh KEKs. The author is in all of them. */
public record Reseal(List<SlotKey> slots) implements Fact {

  /**
   * @param commitment to the fresh KEK
   */
  public record SlotKey(Slot slot, Hash32 commitment) {}

  @Override
  public MessageType type() {
    return MessageType.RESEAL;
  }
}
