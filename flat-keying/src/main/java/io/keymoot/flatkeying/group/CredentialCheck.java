package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Found;
import io.keymoot.flatkeying.wire.Bytes;

/**
 * Whether a credential holds, and what roles it gives: a fixed function of its arguments, the same
 * on every device and for ever. No clock, no revocation list and no local trust store may enter.
 */
@FunctionalInterface
public interface CredentialCheck {

  /**
   * @param key SubjectPublicKeyInfo of the device that shows the credential
   * @param credential the bytes whose hash the JoinRequest or Here names
   * @return accepted or refused, never unknown
   */
  CredentialVerdict check(Found found, Bytes key, Bytes credential);
}
