package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;

/** One of the group's keys while the ring holds it. The loop changes it; any thread reads it. */
final class InstalledKey {
  final FrameEpoch epoch;

  /** Tells it from every other key the ring ever held. */
  final int serial;

  private volatile long vouchedOnlyFromMillis = Long.MAX_VALUE;
  private volatile boolean retired;

  InstalledKey(FrameEpoch epoch, int serial) {
    this.epoch = epoch;
    this.serial = serial;
  }

  boolean is(FactId id, int revision) {
    return epoch.revision() == revision && epoch.epoch().equals(id);
  }

  /** From then on its frames open only if a live member's signature vouches for them. */
  void vouchedOnlyFrom(Tick then) {
    vouchedOnlyFromMillis = Math.min(vouchedOnlyFromMillis, then.millis());
  }

  boolean isLeftBehind(Tick now) {
    return now.millis() >= vouchedOnlyFromMillis;
  }

  void retire() {
    retired = true;
  }

  boolean isRetired() {
    return retired;
  }

  @Override
  public String toString() {
    return epoch.epoch() + "/" + epoch.revision();
  }
}
