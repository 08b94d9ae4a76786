package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * Against what credentials are checked: a fixed function of the credential and of this, for
 * everybody and for ever. Without anchors and without an invite key any device may show itself.
 *
 * @param anchors certificates (DER) that chains end in
 * @param patterns what a device certificate must match; checked by the credential checker
 * @param inviteKey SubjectPublicKeyInfo whose signature over a fingerprint is a credential
 */
public record Trust(List<Bytes> anchors, List<String> patterns, Optional<Bytes> inviteKey) {
  public static final Trust OPEN = new Trust(List.of(), List.of(), Optional.empty());
}
