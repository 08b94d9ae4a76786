package io.keymoot.flatkeying.frame;

/**
 * The cipher suites of SFrame: 1 to 5 of RFC 9605, section 4.5, and 6 to 8, which were registered
 * later and differ from 1 to 3 in their sizes alone.
 */
public enum SFrameSuite {
  AES_128_CTR_HMAC_SHA256_80(1, "SHA256", 32, 16, 10),
  AES_128_CTR_HMAC_SHA256_64(2, "SHA256", 32, 16, 8),
  /** Its 32-bit tag is guessed in 2³² tries: for audio whose loss is worse than a rare forgery. */
  AES_128_CTR_HMAC_SHA256_32(3, "SHA256", 32, 16, 4),
  AES_128_GCM_SHA256_128(4, "SHA256", 32, 0, 16),
  AES_256_GCM_SHA512_128(5, "SHA512", 64, 0, 32),
  AES_256_CTR_HMAC_SHA512_80(6, "SHA512", 64, 32, 10),
  AES_256_CTR_HMAC_SHA512_64(7, "SHA512", 64, 32, 8),
  AES_256_CTR_HMAC_SHA512_32(8, "SHA512", 64, 32, 4);

  static final int NONCE_BYTES = 12;
  static final int GCM_TAG_BYTES = 16;

  private final int code;
  private final String mac;
  private final int hashBytes;
  private final boolean gcm;
  private final int aesBytes;
  private final int tagBytes;

  /**
   * @param counterKeyBytes Nka, the AES key of a suite that is AES-CTR with an HMAC; 0 for GCM
   * @param last Nt for those, Nk for GCM
   */
  SFrameSuite(int code, String hash, int hashBytes, int counterKeyBytes, int last) {
    this.code = code;
    this.mac = "Hmac" + hash;
    this.hashBytes = hashBytes;
    this.gcm = counterKeyBytes == 0;
    this.aesBytes = gcm ? last : counterKeyBytes;
    this.tagBytes = gcm ? GCM_TAG_BYTES : last;
  }

  public int code() {
    return code;
  }

  /** Nt: what a frame is longer than its plaintext and header. */
  public int tagBytes() {
    return tagBytes;
  }

  boolean isGcm() {
    return gcm;
  }

  String macAlgorithm() {
    return mac;
  }

  /** Nh. */
  int hashBytes() {
    return hashBytes;
  }

  /** Nka, or for GCM Nk. */
  int aesKeyBytes() {
    return aesBytes;
  }

  /** Nk: the AES key and, where there is one, the key of the HMAC. */
  int keyBytes() {
    return gcm ? aesBytes : aesBytes + hashBytes;
  }
}
