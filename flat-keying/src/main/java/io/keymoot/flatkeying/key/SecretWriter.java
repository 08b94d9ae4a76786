package io.keymoot.flatkeying.key;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.HybridSeal;
import io.keymoot.flatkeying.crypto.LeafKey;
import io.keymoot.flatkeying.crypto.SealContext;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Arrays;

/**
 * Writes a message with secrets in it (a Grant, a Give), which leaves only sealed. The twin of
 * {@code WireWriter}, in the same form; what it has written is wiped when it has been sealed.
 */
public final class SecretWriter implements AutoCloseable {
  private byte[] out = new byte[512];
  private int at;
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
    room(Hash32.LENGTH);
    value.write(out, at);
    at += Hash32.LENGTH;
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
    return at;
  }

  /** Seals all that was written, and closes. */
  public Bytes sealTo(LeafKey to, SealContext context, Entropy entropy) {
    checkOpen();
    byte[] plaintext = Arrays.copyOf(out, at);
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
    Arrays.fill(out, (byte) 0);
    at = 0;
  }

  @Override
  public String toString() {
    return "SecretWriter(" + at + " bytes)";
  }

  private SecretWriter fixed(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, out, at, value.length);
    at += value.length;
    return this;
  }

  private SecretWriter number(long value, int width) {
    if (value < 0 || value >>> (8 * width) != 0) {
      throw new IllegalArgumentException(value + " does not fit " + width + " bytes");
    }
    room(width);
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
      out[at++] = (byte) (value >>> shift);
    }
    return this;
  }

  private void room(int more) {
    checkOpen();
    if (out.length - at < more) {
      byte[] larger = Arrays.copyOf(out, Math.max(2 * out.length, at + more));
      Arrays.fill(out, (byte) 0);
      out = larger;
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("a closed SecretWriter is not used");
    }
  }
}
