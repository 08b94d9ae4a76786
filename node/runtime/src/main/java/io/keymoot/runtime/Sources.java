package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.peer.Address;
import java.security.SecureRandom;

/**
 * Numbers that tell sources of frames apart. An address is whatever its owner writes there, so a
 * plain hash of it could be made another's; these hang on a secret of this process.
 */
final class Sources {
  private final byte[] secret = new byte[16];

  Sources() {
    new SecureRandom().nextBytes(secret);
  }

  long of(Address address) {
    return Hash32.sha256(secret, address.value().toArray()).a();
  }
}
