package io.keymoot.flatkeying.crypto;

import java.util.Arrays;

/**
 * What both ends of an encapsulation know. Uniform, for X-Wing ends in a hash, so keys are derived
 * from it by expansion.
 */
public final class SharedSecret implements AutoCloseable {
  private final byte[] bytes;
  private boolean closed;

  SharedSecret(byte[] bytes) {
    this.bytes = bytes;
  }

  /** 32 bytes for one purpose, the caller's to wipe. */
  public byte[] derive(Info info) {
    return Hkdf.expand(alive(), info);
  }

  /** 32 bytes that depend on this and on an earlier secret, the caller's to wipe. */
  public byte[] mixedInto(byte[] earlier) {
    return Hkdf.extract(earlier, alive());
  }

  @Override
  public void close() {
    closed = true;
    Arrays.fill(bytes, (byte) 0);
  }

  private byte[] alive() {
    if (closed) {
      throw new IllegalStateException("a closed SharedSecret is not used");
    }
    return bytes;
  }

  @Override
  public String toString() {
    return "SharedSecret";
  }
}
