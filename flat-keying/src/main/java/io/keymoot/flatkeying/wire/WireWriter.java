package io.keymoot.flatkeying.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/** Writes what {@link WireReader} reads; a value over its field's range is a bug of the caller. */
public final class WireWriter {
  private byte[] out = new byte[256];
  private int at;

  public WireWriter u8(int value) {
    check(value, 0xff);
    room(1);
    out[at++] = (byte) value;
    return this;
  }

  public WireWriter u16(int value) {
    check(value, 0xffff);
    room(2);
    out[at++] = (byte) (value >>> 8);
    out[at++] = (byte) value;
    return this;
  }

  public WireWriter u32(long value) {
    check(value, 0xffffffffL);
    room(4);
    for (int shift = 24; shift >= 0; shift -= 8) {
      out[at++] = (byte) (value >>> shift);
    }
    return this;
  }

  public WireWriter u64(long value) {
    room(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      out[at++] = (byte) (value >>> shift);
    }
    return this;
  }

  public WireWriter hash(Hash32 value) {
    room(Hash32.LENGTH);
    value.write(out, at);
    at += Hash32.LENGTH;
    return this;
  }

  public WireWriter fixed(Bytes value) {
    room(value.length());
    value.copyTo(out, at);
    at += value.length();
    return this;
  }

  public WireWriter fixed(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, out, at, value.length);
    at += value.length;
    return this;
  }

  public WireWriter bytes(Bytes value) {
    return u16(value.length()).fixed(value);
  }

  public WireWriter text(String value) {
    return bytes(Bytes.owning(value.getBytes(StandardCharsets.UTF_8)));
  }

  public WireWriter bool(boolean value) {
    return u8(value ? 1 : 0);
  }

  public <T> WireWriter list(List<T> items, BiConsumer<WireWriter, T> item) {
    u8(items.size());
    items.forEach(each -> item.accept(this, each));
    return this;
  }

  public int length() {
    return at;
  }

  public byte[] toArray() {
    return Arrays.copyOf(out, at);
  }

  public Bytes toBytes() {
    return Bytes.owning(toArray());
  }

  private static void check(long value, long max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException(value + " does not fit a field of at most " + max);
    }
  }

  private void room(int more) {
    if (out.length - at < more) {
      out = Arrays.copyOf(out, Math.max(out.length * 2, at + more));
    }
  }
}
