package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Slot;

/** Keys of slots as somebody has them who had them once: copies that nobody wipes. */
public final class SeizedKeks {
  private SeizedKeks() {}

  public static Kek copy(Kek kek) {
    return new Kek(kek.alive().clone(), kek.slot(), kek.epoch());
  }

  public static ResealKey copy(ResealKey key) {
    return new ResealKey(key.alive().clone());
  }

  /** As if it were another slot's. */
  public static Kek asOf(Kek kek, Slot slot) {
    return new Kek(kek.alive().clone(), slot, kek.epoch());
  }

  /** Tried as a KEK too: whoever has it tries everything. */
  public static Kek copy(ResealKey key, Slot slot, FactId reseal) {
    return new Kek(key.alive().clone(), slot, reseal);
  }
}
