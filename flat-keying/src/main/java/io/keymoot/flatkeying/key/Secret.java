package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.Hkdf;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * 32 secret bytes with a name. The kinds are different types, so that none is taken for another.
 *
 * <p>A secret acts, and gives no bytes away outside this package. It is not printed, not
 * serialised, and has no {@code equals}: where two are compared, it is by a named method in
 * constant time. {@link #close} overwrites it; using it afterwards is a bug, and says so.
 */
abstract sealed class Secret implements AutoCloseable
    permits EpochSecret, Tek, SenderBaseKey, ResealKey, Kek {
  static final int BYTES = Hkdf.KEY_BYTES;

  private final byte[] bytes;
  private boolean closed;

  /** Takes the array over. */
  Secret(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a secret has 32 bytes, not " + bytes.length);
    }
    this.bytes = bytes;
  }

  static byte[] drawn(Entropy entropy) {
    return entropy.bytes(BYTES);
  }

  /** Which one this is, for people: never anything that depends on the bytes. */
  abstract String stamp();

  /** Not a copy. */
  final byte[] alive() {
    if (closed) {
      throw new IllegalStateException(this + ": a wiped secret is not used");
    }
    return bytes;
  }

  final boolean sameBytes(Secret other) {
    return MessageDigest.isEqual(alive(), other.alive());
  }

  public final boolean isClosed() {
    return closed;
  }

  /** Overwrites the bytes. Closing again does nothing. */
  @Override
  public final void close() {
    closed = true;
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "(" + stamp() + (closed ? ", wiped)" : ")");
  }
}
