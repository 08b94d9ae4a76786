package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a key is derived for: a label, then fields. Used by one derivation, which wipes it.
 *
 * <p>Injective, so that two purposes never share a key: the label stands first, behind its length,
 * and says which fields follow; a field is of fixed width or carries a 16-bit length.
 */
public final class Info {
  /** Parts us from other protocols over the same secrets, and from other versions of this one. */
  private static final String PROTOCOL = "keymoot 1 ";

  private byte[] out = new byte[192];
  private int at;

  private Info() {}

  /** The label should stand beside its one use. */
  public static Info of(String label) {
    byte[] text = (PROTOCOL + label).getBytes(StandardCharsets.US_ASCII);
    Info info = new Info();
    info.number(text.length, 1);
    info.fixed(text);
    return info;
  }

  public Info hash(Hash32 value) {
    room(Hash32.LENGTH);
    value.write(out, at);
    at += Hash32.LENGTH;
    return this;
  }

  public Info u8(int value) {
    return number(value, 1);
  }

  public Info u32(int value) {
    return number(value, 4);
  }

  /** 32 bytes of a secret; {@link #wipe} takes them back. */
  public Info secret(byte[] thirtyTwo) {
    if (thirtyTwo.length != Hkdf.KEY_BYTES) {
      throw new IllegalArgumentException("a secret has 32 bytes, not " + thirtyTwo.length);
    }
    return fixed(thirtyTwo);
  }

  public Info bytes(byte[] value) {
    return number(value.length, 2).fixed(value);
  }

  public Info text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  byte[] array() {
    return out;
  }

  int length() {
    return at;
  }

  void wipe() {
    Arrays.fill(out, 0, at, (byte) 0);
    at = 0;
  }

  private Info fixed(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, out, at, value.length);
    at += value.length;
    return this;
  }

  private Info number(int value, int width) {
    if (value < 0 || (width < 4 && value >>> (8 * width) != 0)) {
      throw new IllegalArgumentException(value + " does not fit " + width + " bytes");
    }
    room(width);
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
      out[at++] = (byte) (value >>> shift);
    }
    return this;
  }

  private void room(int more) {
    if (out.length - at < more) {
      byte[] larger = Arrays.copyOf(out, Math.max(2 * out.length, at + more));
      Arrays.fill(out, (byte) 0);
      out = larger;
    }
  }
}
