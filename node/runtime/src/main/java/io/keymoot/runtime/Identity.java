package io.keymoot.runtime;

import io.keymoot.admission.certificate.Credential;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Fingerprint;
import java.security.SecureRandom;

/**
 * Who a device is: its signing key, and what it shows of itself. Closing it overwrites the key, so
 * it is closed after the nodes that use it.
 *
 * @param credential a certificate chain, proofs of invites, or {@link Credential#SELF_MADE}
 */
public record Identity(SigningKey key, Credential credential) implements AutoCloseable {

  /** A new device that nobody vouches for: enough where a group is open. */
  public static Identity selfMade() {
    return new Identity(
        SigningKey.generate(SignatureKind.ED25519, new SecureRandom()::nextBytes),
        Credential.SELF_MADE);
  }

  public Fingerprint device() {
    return Fingerprint.of(key.spki());
  }

  @Override
  public void close() {
    key.close();
  }

  @Override
  public String toString() {
    return "Identity of device " + device();
  }
}
