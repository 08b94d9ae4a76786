package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.wire.Bytes;

/**
 * The two SubjectPublicKeyInfos there are. Each is a fixed run of DER before the key itself, so one
 * key has one encoding, one fingerprint, and no ASN.1 of a stranger is ever parsed.
 */
final class Spki {
  private static final Bytes ED25519 = Bytes.fromHex("302a300506032b6570032100");
  private static final Bytes P256_UNCOMPRESSED =
      Bytes.fromHex("3059301306072a8648ce3d020106082a8648ce3d030107034200");

  private Spki() {}

  static Bytes prefix(SignatureKind kind) {
    return switch (kind) {
      case ED25519 -> ED25519;
      case ECDSA_P256 -> P256_UNCOMPRESSED;
    };
  }

  static Bytes of(SignatureKind kind, byte[] key) {
    Bytes prefix = prefix(kind);
    byte[] spki = new byte[prefix.length() + key.length];
    prefix.copyTo(spki, 0);
    System.arraycopy(key, 0, spki, prefix.length(), key.length);
    return Bytes.owning(spki);
  }

  static boolean is(SignatureKind kind, Bytes spki, int keyLength) {
    Bytes prefix = prefix(kind);
    return spki.length() == prefix.length() + keyLength
        && spki.slice(0, prefix.length()).equals(prefix);
  }
}
