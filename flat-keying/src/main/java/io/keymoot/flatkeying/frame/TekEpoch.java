package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.key.SenderBaseKey;
import io.keymoot.flatkeying.key.Tek;
import io.keymoot.flatkeying.wire.Bytes;
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

  /**
   * The base key of a sender's frames, for a sealer or opener outside this process. Empty once the
   * key has been erased; the caller closes it, and keeps this from running while the key is wiped.
   */
  public Optional<SenderBaseKey> baseKeyOf(StayId sender) {
    return tek.isClosed() ? Optional.empty() : Optional.of(tek.senderKey(sender));
  }

  /** A key for the application, which is the caller's to wipe; otherwise as {@link #baseKeyOf}. */
  public Optional<byte[]> export(String label, Bytes context, int length) {
    return tek.isClosed() ? Optional.empty() : Optional.of(tek.export(label, context, length));
  }

  @Override
  public String toString() {
    return "TekEpoch of " + tek;
  }
}
