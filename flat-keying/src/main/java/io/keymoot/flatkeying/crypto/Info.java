package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;

/**
 * What a key is derived for: a label, then fields. Used by one derivation, which wipes it, or by a
 * {@link Hkdf.Run} of them.
 *
 * <p>Injective, so that two purposes never share a key: the label stands first, behind its length,
 * and says which fields follow; a field is of fixed width or carries a 16-bit length.
 */
public final class Info {
  /** Parts us from other protocols over the same secrets, and from other versions of this one. */
  private static final String PROTOCOL = "keymoot 1 ";

  private final WipedBuffer out = new WipedBuffer(192);

  private Info() {}

  /** The label should stand beside its one use. */
  public static Info of(String label) {
    byte[] text = (PROTOCOL + label).getBytes(StandardCharsets.US_ASCII);
    Info info = new Info();
    info.out.number(text.length, 1);
    info.out.fixed(text);
    return info;
  }

  public Info hash(Hash32 value) {
    out.hash(value);
    return this;
  }

  public Info u8(int value) {
    out.number(value, 1);
    return this;
  }

  /** Another value for a field of one byte, {@code at} bytes from the start. */
  public Info set(int at, int value) {
    out.set(at, value);
    return this;
  }

  public Info u32(int value) {
    out.number(value, 4);
    return this;
  }

  /** 32 bytes of a secret; {@link #wipe} takes them back. */
  public Info secret(byte[] thirtyTwo) {
    if (thirtyTwo.length != Hkdf.KEY_BYTES) {
      throw new IllegalArgumentException("a secret has 32 bytes, not " + thirtyTwo.length);
    }
    out.fixed(thirtyTwo);
    return this;
  }

  public Info bytes(byte[] value) {
    out.number(value.length, 2);
    out.fixed(value);
    return this;
  }

  public Info text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  byte[] array() {
    return out.array();
  }

  public int length() {
    return out.length();
  }

  /** For who uses one in several derivations. */
  public void wipe() {
    out.wipe();
  }
}
