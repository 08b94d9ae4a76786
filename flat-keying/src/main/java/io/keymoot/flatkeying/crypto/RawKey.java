package io.keymoot.flatkeying.crypto;

import javax.crypto.SecretKey;

/**
 * Shows an array to the JCA as a key, without a copy of its own: wiping the array wipes this.
 *
 * <p>{@code SecretKeySpec} would keep a copy that nobody can wipe. What the platform copies out of
 * {@link #getEncoded} it wipes itself, as far as its providers take that care.
 */
final class RawKey implements SecretKey {
  private final String algorithm;
  private final transient byte[] bytes;

  RawKey(String algorithm, byte[] bytes) {
    this.algorithm = algorithm;
    this.bytes = bytes;
  }

  @Override
  public String getAlgorithm() {
    return algorithm;
  }

  @Override
  public String getFormat() {
    return "RAW";
  }

  @Override
  public byte[] getEncoded() {
    return bytes.clone();
  }

  @Override
  public String toString() {
    return "RawKey(" + algorithm + ")";
  }
}
