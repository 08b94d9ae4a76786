package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.wire.Hash32;
import java.util.Arrays;
import java.util.Objects;

/**
 * Bytes that may be secret, written one after another: what the buffer outgrows is wiped, and all
 * of it at the end.
 */
public final class WipedBuffer {
  private byte[] out;
  private int at;

  public WipedBuffer(int room) {
    this.out = new byte[room];
  }

  public void fixed(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, out, at, value.length);
    at += value.length;
  }

  public void hash(Hash32 value) {
    room(Hash32.LENGTH);
    value.write(out, at);
    at += Hash32.LENGTH;
  }

  /** Big-endian. */
  public void number(long value, int width) {
    if (value < 0 || value >>> (8 * width) != 0) {
      throw new IllegalArgumentException(value + " does not fit " + width + " bytes");
    }
    room(width);
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
      out[at++] = (byte) (value >>> shift);
    }
  }

  /** Another byte in the place of one that was written. */
  void set(int place, int value) {
    Objects.checkIndex(place, at);
    if (value < 0 || value > 0xff) {
      throw new IllegalArgumentException(value + " does not fit a byte");
    }
    out[place] = (byte) value;
  }

  public int length() {
    return at;
  }

  /** All that was written, which is the caller's to wipe. */
  public byte[] copy() {
    return Arrays.copyOf(out, at);
  }

  /** Not a copy: good until the next byte is written. */
  byte[] array() {
    return out;
  }

  public void wipe() {
    Arrays.fill(out, (byte) 0);
    at = 0;
  }

  private void room(int more) {
    if (out.length - at < more) {
      byte[] larger = Arrays.copyOf(out, Math.max(2 * out.length, at + more));
      Arrays.fill(out, (byte) 0);
      out = larger;
    }
  }

  @Override
  public String toString() {
    return "WipedBuffer(" + at + " bytes)";
  }
}
