package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;

/** Looks up what {@link CredentialCheck} said; an answer once given never changes. */
@FunctionalInterface
public interface CredentialBook {
  /**
   * @param key SubjectPublicKeyInfo of the device that shows it
   */
  CredentialVerdict verdict(Hash32 credential, Bytes key);

  /**
   * Counts on whenever something that was unknown may be known: until then it says the same. One
   * that says from the start what it ever will need not count.
   */
  default long changes() {
    return 0;
  }
}
