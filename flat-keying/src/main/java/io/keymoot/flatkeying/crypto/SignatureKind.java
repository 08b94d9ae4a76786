package io.keymoot.flatkeying.crypto;

/** The two ways a device may sign. */
public enum SignatureKind {
  /** The default. */
  ED25519,
  /** For devices whose keys live in hardware or in an existing PKI that has no Ed25519. */
  ECDSA_P256
}
