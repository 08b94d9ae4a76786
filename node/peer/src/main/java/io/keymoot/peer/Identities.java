package io.keymoot.peer;

import io.keymoot.admission.WallTime;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.admission.certificate.Examined;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Names read out of credentials, each checked once. A pure function of group, key and credential,
 * so the peers of one process may share one of these, on one thread.
 */
public final class Identities {
  private static final SortedSet<String> NO_ROLES =
      Collections.unmodifiableSortedSet(new TreeSet<>());

  static final Identity NOT_SEEN = nameless(Identity.Standing.NOT_SEEN);

  private record Shown(GroupId group, Bytes key, Hash32 credential) {}

  private final Map<Shown, Identity> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Shown, Identity> eldest) {
          return size() > PeerLimits.IDENTITIES;
        }
      };

  Identity of(GroupId group, Trust trust, Bytes key, Hash32 name, Bytes credential) {
    return known.computeIfAbsent(
        new Shown(group, key, name), shown -> read(trust, key, credential));
  }

  private static Identity read(Trust trust, Bytes key, Bytes credential) {
    return switch (CredentialChecker.examine(trust, key, credential)) {
      case Examined.ByChain chain -> certified(chain);
      case Examined.ByInvite invite -> nameless(Identity.Standing.INVITED);
      case Examined.Open open -> nameless(Identity.Standing.NOBODY_ASKED);
      case Examined.Refused refused -> nameless(Identity.Standing.REFUSED);
    };
  }

  private static Identity nameless(Identity.Standing standing) {
    return new Identity(standing, "", "", Optional.empty(), List.of(), NO_ROLES, Optional.empty());
  }

  private static Identity certified(Examined.ByChain path) {
    Certificate device = path.device();
    List<String> others = new ArrayList<>(device.names().dns());
    others.addAll(device.names().emails());
    others.addAll(device.names().uris());
    return new Identity(
        Identity.Standing.CERTIFIED,
        device.name(),
        path.issuerOf(0).name(),
        device.names().spiffeId(),
        List.copyOf(others),
        path.roles(),
        path.chain().stream().map(Certificate::notAfter).min(WallTime::compareTo));
  }
}
