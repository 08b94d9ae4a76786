package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.Info;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.Slot;

/**
 * The step of a peer's KEKs into one epoch x: K_σ(x) = HKDF(B, c_x^0 ‖ σ ‖ x), where B is K_σ of
 * the epoch before, or what a Reseal made.
 *
 * <p>Two secrets go in, and who lacks either has nothing: an evicted member that pooled old KEKs
 * lacks the epoch's; who was given the epoch's secret by a seal lacks the slot's. Two epochs with
 * one prev have unrelated KEKs, for their secrets are unrelated.
 *
 * <p>All of a peer's are made at once, so what they share is written once.
 */
public final class KekSteps implements AutoCloseable {
  private final FactId epoch;
  private final Info info;
  private final int slotAt;
  private final Hkdf.Run run = new Hkdf.Run();

  /**
   * @param original c^0 of {@code epoch}: not a later revision, which newcomers hold
   */
  public KekSteps(EpochSecret original, FactId epoch) {
    this.epoch = epoch;
    info = Info.of("kek").secret(original.original());
    slotAt = info.length();
    info.u8(0).u8(0).hash(epoch.hash());
  }

  Kek step(Secret before, Slot slot) {
    info.set(slotAt, slot.position()).set(slotAt + 1, slot.symbol());
    return new Kek(run.expand(before.alive(), info), slot, epoch);
  }

  @Override
  public void close() {
    info.wipe();
    run.close();
  }

  @Override
  public String toString() {
    return "KekSteps(" + epoch + ")";
  }
}
