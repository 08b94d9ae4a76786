package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.key.SenderBaseKey;
import io.keymoot.flatkeying.key.Tek;
import java.util.Optional;

/**
 * A {@link Tek} as the key ring takes it. The TEK stays its owner's, who retires it from the ring
 * before wiping it.
 */
public final class TekEpoch implements FrameEpoch {
  private final Tek tek;
  private final int kidPrefix;

  public TekEpoch(Tek tek) {
    this.tek = tek;
    this.kidPrefix = tek.kidPrefix();
  }

  @Override
  public FactId epoch() {
    return tek.epoch();
  }

  @Override
  public int revision() {
    return tek.revision();
  }

  @Override
  public int kidPrefix() {
    return kidPrefix;
  }

  @Override
  public Optional<FrameSecret> secretFor(StayId sender) {
    if (tek.isClosed()) {
      return Optional.empty();
    }
    try (SenderBaseKey key = tek.senderKey(sender)) {
      return Optional.of(key.lend(bytes -> FrameSecret.owning(bytes.clone(), sender)));
    } catch (IllegalStateException wipedMeanwhile) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return "TekEpoch of " + tek;
  }
}
