package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.Info;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.wire.Hash32;

/**
 * The fresh key that a Reseal gives one slot: the first link of a chain of KEKs. It wraps nothing
 * itself, so it is a type of its own: the first key that wraps is its step into an epoch, which has
 * the epoch's entropy in it.
 */
public final class ResealKey extends Secret {
  ResealKey(byte[] bytes) {
    super(bytes);
  }

  public static ResealKey fresh(Entropy entropy) {
    return new ResealKey(drawn(entropy));
  }

  /** What the Reseal says of the key. */
  public Hash32 commitment() {
    return Hash32.of(Hkdf.expand(alive(), Info.of("reseal commitment")));
  }

  public boolean matches(Hash32 commitment) {
    return commitment().equals(commitment);
  }

  /** K_σ(x), the slot's KEK in the first epoch that has the Reseal in its past. */
  public Kek step(EpochSecret original, Slot slot, FactId epoch) {
    try (KekSteps into = new KekSteps(original, epoch)) {
      return step(into, slot);
    }
  }

  /** The same, as one of many. */
  public Kek step(KekSteps into, Slot slot) {
    return into.step(this, slot);
  }

  /** In constant time. */
  public boolean holdsTheSameAs(ResealKey other) {
    return sameBytes(other);
  }

  @Override
  String stamp() {
    return "fresh";
  }
}
