package io.keymoot.flatkeying.group;

import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Hash32;

/** Looks up what {@link CredentialCheck} said; an answer once given never changes. */
@FunctionalInterface
public interface CredentialBook {
  CredentialVerdict verdict(Hash32 credential, Fingerprint device);
}
