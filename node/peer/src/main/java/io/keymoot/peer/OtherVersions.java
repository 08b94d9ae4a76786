package io.keymoot.peer;

import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.HeaderCodec;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Who speaks another version of the protocol. Each side hears the other's heartbeats, so each can
 * say so to its people, and no message between versions is needed.
 *
 * <p>Anybody can make up the address and the version of such a message. So each sender is told of
 * once a minute, and all together so often. Whom that leaves out has its turn in a later minute,
 * but not for certain: under a steady flood the first of each minute are told, whoever they are.
 */
public final class OtherVersions {
  private record Told(int version, Tick at) {}

  private final SequencedMap<Address, Told> told = new LinkedHashMap<>();

  /** Since when these are counted, and how many they are. */
  private Tick since = Tick.ZERO;

  private int count;

  /** Whether a message is of another version; then it goes no further. */
  public static boolean isOne(Bytes message) {
    return !message.isEmpty() && version(message) != HeaderCodec.VERSION;
  }

  private static int version(Bytes message) {
    return message.at(0) & 0xff;
  }

  /** What is to be told of such a message, unless that was told lately. */
  public Optional<PeerEffect.OtherVersion> heard(Address from, Bytes message, Tick now) {
    int version = version(message);
    Told last = told.get(from);
    if (last != null
        && last.version == version
        && now.millisSince(last.at) < PeerLimits.OTHER_VERSION_AGAIN_MILLIS) {
      return Optional.empty();
    }
    if (count == 0 || now.millisSince(since) >= PeerLimits.OTHER_VERSION_AGAIN_MILLIS) {
      since = now;
      count = 0;
    }
    if (count == PeerLimits.OTHER_VERSIONS_TOLD) {
      return Optional.empty();
    }
    count++;
    told.putLast(from, new Told(version, now));
    if (told.size() > PeerLimits.OTHER_VERSIONS) {
      told.pollFirstEntry();
    }
    return Optional.of(new PeerEffect.OtherVersion(from, version, HeaderCodec.VERSION));
  }
}
