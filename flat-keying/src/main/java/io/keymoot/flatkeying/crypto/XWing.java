package io.keymoot.flatkeying.crypto;

import org.bouncycastle.crypto.digests.SHA3Digest;

/** The step that makes one KEM of two (draft-connolly-cfrg-xwing-kem, section 5.3). */
final class XWing {
  private static final byte[] LABEL = {0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c};

  private XWing() {}

  /**
   * The curve's half is bound by its two public values; ML-KEM's binds its own. That is why this
   * hash need not read the large ML-KEM values, and why no other KEM may take their place.
   */
  static SharedSecret combine(
      byte[] latticeSecret, byte[] curveSecret, byte[] curveEncapsulation, byte[] curvePublic) {
    SHA3Digest digest = new SHA3Digest(256);
    digest.update(latticeSecret, 0, latticeSecret.length);
    digest.update(curveSecret, 0, curveSecret.length);
    digest.update(curveEncapsulation, 0, curveEncapsulation.length);
    digest.update(curvePublic, 0, curvePublic.length);
    digest.update(LABEL, 0, LABEL.length);
    byte[] secret = new byte[Hkdf.KEY_BYTES];
    // Also wipes the digest's state.
    digest.doFinal(secret, 0);
    return new SharedSecret(secret);
  }
}
