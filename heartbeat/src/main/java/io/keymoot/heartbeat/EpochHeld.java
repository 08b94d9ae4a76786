package io.keymoot.heartbeat;

import io.keymoot.flatkeying.fact.FactId;

/**
 * The newest epoch a member can read, as it says itself.
 *
 * @param epoch the Rekey
 * @param revision how often its key has stepped for that member; with the epoch it names the TEK
 *     that the heartbeat's MAC is made with
 */
public record EpochHeld(FactId epoch, int revision) {
  public EpochHeld {
    if (revision < 0) {
      throw new IllegalArgumentException("revision " + revision);
    }
  }
}
