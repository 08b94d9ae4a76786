package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.HybridSeal;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.crypto.WipedBuffer;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Arrays;

/**
 * Writes a message with secrets in it (a Grant, a Give), which leaves only sealed. The twin of
 * {@code WireWriter}, in the same form; what it has written is wiped when it has been sealed.
 */
public final class SecretWriter implements AutoCloseable {
  private final WipedBuffer out = new WipedBuffer(512);
  private boolean closed;

  public SecretWriter u8(int value) {
    return number(value, 1);
  }

  public SecretWriter u16(int value) {
    return number(value, 2);
  }

  public SecretWriter u32(long value) {
    return number(value, 4);
  }

  public SecretWriter hash(Hash32 value) {
    checkOpen();
    out.hash(value);
    return this;
  }

  /** With a 16-bit length in front. */
  public SecretWriter bytes(Bytes value) {
    return number(value.length(), 2).fixed(value.toArray());
  }

  /** The bytes alone: of which epoch and revision the reader must learn beside. */
  public SecretWriter secret(EpochSecret secret) {
    return fixed(secret.alive());
  }

  public SecretWriter secret(Kek secret) {
    return fixed(secret.alive());
  }

  public SecretWriter secret(ResealKey secret) {
    return fixed(secret.alive());
  }

  public int length() {
    return out.length();
  }

  /** Seals all that was written, and closes. */
  public Bytes sealTo(LeafKey to, SealContext context, Entropy entropy) {
    checkOpen();
    byte[] plaintext = out.copy();
    try {
      return HybridSeal.seal(to, context, plaintext, entropy);
    } finally {
      Arrays.fill(plaintext, (byte) 0);
      close();
    }
  }

  @Override
  public void close() {
    closed = true;
    out.wipe();
  }

  @Override
  public String toString() {
    return "SecretWriter(" + out.length() + " bytes)";
  }

  private SecretWriter fixed(byte[] value) {
    checkOpen();
    out.fixed(value);
    return this;
  }

  private SecretWriter number(long value, int width) {
    checkOpen();
    out.number(value, width);
    return this;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("a closed SecretWriter is not used");
    }
  }
}
