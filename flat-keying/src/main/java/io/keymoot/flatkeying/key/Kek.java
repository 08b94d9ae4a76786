package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.Info;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;

/**
 * K_σ(x): the KEK of one slot in one epoch, held by the members whose address shows the slot's
 * symbol. In every epoch each KEK is another: see {@link KekSteps}.
 */
public final class Kek extends Secret {
  private final Slot slot;
  private final FactId epoch;

  Kek(byte[] bytes, Slot slot, FactId epoch) {
    super(bytes);
    this.slot = slot;
    this.epoch = epoch;
  }

  public Slot slot() {
    return slot;
  }

  /** The x in K_σ(x). */
  public FactId epoch() {
    return epoch;
  }

  /** K_σ(next), of which this is K_σ(prev(next)); this one alone. */
  public Kek step(EpochSecret original, FactId next) {
    try (KekSteps into = new KekSteps(original, next)) {
      return step(into);
    }
  }

  /** The same, as one of many. */
  public Kek step(KekSteps into) {
    return into.step(this, slot);
  }

  /**
   * A wrap of the epoch that follows this KEK's, for all who hold the slot.
   *
   * @param context hash of the Rekey's content before the cover
   */
  public Bytes wrap(EpochSecret next, Hash32 context, MemberId wrapper) {
    return Wrap.seal(wrapKey(context, wrapper), next);
  }

  public Unwrapped unwrap(Bytes wrap, Hash32 context, MemberId wrapper, Hash32 commitment) {
    return Wrap.open(wrapKey(context, wrapper), wrap, commitment);
  }

  private byte[] wrapKey(Hash32 context, MemberId wrapper) {
    Info info =
        Info.of("wrap").hash(context).u8(slot.position()).u8(slot.symbol()).hash(wrapper.hash());
    return Hkdf.expand(alive(), info);
  }

  /** In constant time. */
  public boolean holdsTheSameAs(Kek other) {
    return sameBytes(other);
  }

  @Override
  String stamp() {
    return "slot " + slot + " epoch " + epoch;
  }
}
