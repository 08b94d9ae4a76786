package io.keymoot.flatkeying.fact;

/** The algorithms of a group; one for now, named so that another can come. */
public enum Suite {
  /** X-Wing, AES-256-GCM, HKDF and HMAC with SHA-256; members sign with Ed25519 or ECDSA P-256. */
  XWING_AES256GCM_SHA256(1);

  private final int code;

  Suite(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}
