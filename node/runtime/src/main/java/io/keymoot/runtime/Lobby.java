package io.keymoot.runtime;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.HeaderCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.TreeMap;

/**
 * Who has heard of no group yet, and would found one. Several may start at once: each says that it
 * is there, and the one with the lowest fingerprint founds (section 8). What they say proves
 * nothing; who lies here can keep the others waiting for some seconds, and no longer.
 */
final class Lobby {
  private static final int WISH_AT = 1;
  private static final int DEVICE_AT = 2;

  private final Fingerprint self;
  private final Tick foundAt;
  private final TreeMap<Fingerprint, Tick> present = new TreeMap<>();

  Lobby(Tick now, Fingerprint self, long jitterMillis) {
    this.self = self;
    this.foundAt = now.plusMillis(RuntimeLimits.FOUND_AFTER_MILLIS + jitterMillis);
  }

  /**
   * What a device that is in no group says. It begins with the protocol's version, as all messages
   * do: members of another version tell their people that somebody cannot get in.
   */
  static Bytes presence(Fingerprint device, boolean wouldFound) {
    byte[] message = new byte[DEVICE_AT + Hash32.LENGTH];
    message[0] = (byte) HeaderCodec.VERSION;
    message[WISH_AT] = (byte) (wouldFound ? 1 : 0);
    device.hash().write(message, DEVICE_AT);
    return Bytes.owning(message);
  }

  void heard(Tick now, Bytes message) {
    boolean wouldFound = message.length() == DEVICE_AT + Hash32.LENGTH && message.at(WISH_AT) == 1;
    if (wouldFound && present.size() < RuntimeLimits.PRESENT) {
      present.put(new Fingerprint(Hash32.read(message.toArray(), DEVICE_AT)), now);
    }
  }

  /** Whether it is for this device to found, now. */
  boolean founds(Tick now) {
    return !now.isBefore(decidesAt());
  }

  private Tick decidesAt() {
    boolean isLowest = present.isEmpty() || self.compareTo(present.firstKey()) <= 0;
    return isLowest ? foundAt : foundAt.plusMillis(RuntimeLimits.FOUNDER_PATIENCE_MILLIS);
  }

  Tick nextDeadline() {
    return decidesAt();
  }
}
