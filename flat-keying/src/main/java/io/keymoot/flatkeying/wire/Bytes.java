package io.keymoot.flatkeying.wire;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable run of public bytes, compared as unsigned and printed in hex.
 *
 * <p>For what everybody may see only. Secrets have types of their own, which wipe and do not print.
 */
public final class Bytes implements Comparable<Bytes> {
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] value;

  private Bytes(byte[] value) {
    this.value = value;
  }

  /** A copy of {@code value}: what the caller does to the array afterwards is not seen. */
  public static Bytes of(byte[] value) {
    return value.length == 0 ? EMPTY : new Bytes(value.clone());
  }

  public static Bytes of(byte[] value, int from, int length) {
    return length == 0 ? EMPTY : new Bytes(Arrays.copyOfRange(value, from, from + length));
  }

  /** Takes the array over without a copy; the caller must not keep it. */
  public static Bytes owning(byte[] value) {
    return value.length == 0 ? EMPTY : new Bytes(value);
  }

  public static Bytes fromHex(String hex) {
    return owning(HexFormat.of().parseHex(hex));
  }

  public int length() {
    return value.length;
  }

  public boolean isEmpty() {
    return value.length == 0;
  }

  public byte at(int index) {
    return value[index];
  }

  public byte[] toArray() {
    return value.clone();
  }

  public void copyTo(byte[] target, int offset) {
    System.arraycopy(value, 0, target, offset, value.length);
  }

  public Bytes slice(int from, int length) {
    return of(value, from, length);
  }

  public WireReader reader() {
    return new WireReader(value, 0);
  }

  /** Reads from {@code from} on. */
  public WireReader readerAt(int from) {
    return new WireReader(value, from);
  }

  public Hash32 sha256() {
    return Hash32.sha256(value);
  }

  public String toHex() {
    return HexFormat.of().formatHex(value);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(value, other.value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return value.length <= 16
        ? toHex()
        : HexFormat.of().formatHex(value, 0, 8) + "…(" + value.length + " bytes)";
  }
}
