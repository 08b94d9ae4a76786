package io.keymoot.peer;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.HeaderCodec;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Who speaks another version of the protocol. Each side hears the other's heartbeats, so each can
 * say so to its people, and no message between versions is needed.
 */
final class OtherVersions {
  private record Told(int version, Tick at) {}

  private final SequencedMap<Address, Told> told = new LinkedHashMap<>();

  Optional<PeerEffect> heard(Address from, int version, Tick now) {
    Told last = told.get(from);
    if (last != null
        && last.version == version
        && now.millisSince(last.at) < PeerLimits.OTHER_VERSION_AGAIN_MILLIS) {
      return Optional.empty();
    }
    told.putLast(from, new Told(version, now));
    if (told.size() > PeerLimits.OTHER_VERSIONS) {
      told.pollFirstEntry();
    }
    return Optional.of(new PeerEffect.OtherVersion(from, version, HeaderCodec.VERSION));
  }
}
