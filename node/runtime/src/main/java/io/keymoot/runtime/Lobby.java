package io.keymoot.runtime;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who has heard of no group yet, and would found one. Several may start at once: each says that it
 * is there, and the one with the lowest fingerprint founds (section 8). What they say proves
 * nothing; who lies here can keep the others waiting for some seconds, and no longer.
 */
final class Lobby {
  private final Fingerprint self;
  private final Tick foundAt;
  private final TreeMap<Fingerprint, Tick> present = new TreeMap<>();
  private Tick sayNext;

  Lobby(Tick now, Fingerprint self, long jitterMillis) {
    this.self = self;
    this.foundAt = now.plusMillis(RuntimeLimits.FOUND_AFTER_MILLIS + jitterMillis);
    this.sayNext = now;
  }

  /** What to tell the others, if it is time. */
  Optional<Bytes> say(Tick now) {
    if (now.isBefore(sayNext)) {
      return Optional.empty();
    }
    sayNext = now.plusMillis(RuntimeLimits.PRESENCE_MILLIS);
    return Optional.of(Bytes.owning(self.hash().toArray()));
  }

  void heard(Tick now, Bytes message) {
    if (message.length() == Hash32.LENGTH && present.size() < RuntimeLimits.PRESENT) {
      present.put(new Fingerprint(Hash32.of(message.toArray())), now);
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
    Tick decides = decidesAt();
    return sayNext.isBefore(decides) ? sayNext : decides;
  }
}
