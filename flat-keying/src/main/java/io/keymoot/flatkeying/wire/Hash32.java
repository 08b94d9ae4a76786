package io.keymoot.flatkeying.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * 32 bytes that name something: a SHA-256 value, as four longs.
 *
 * <p>Every id of the protocol is one of these inside a type of its own ({@code FactId}, {@code
 * MemberId}, …). Four longs and no array: a group of 10,000 holds hundreds of thousands of them.
 */
public record Hash32(long a, long b, long c, long d) implements Comparable<Hash32> {
  public static final int LENGTH = 32;
  public static final Hash32 ZERO = new Hash32(0, 0, 0, 0);

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Reads 32 bytes from {@code offset}. */
  public static Hash32 read(byte[] bytes, int offset) {
    return new Hash32(
        (long) LONGS.get(bytes, offset),
        (long) LONGS.get(bytes, offset + 8),
        (long) LONGS.get(bytes, offset + 16),
        (long) LONGS.get(bytes, offset + 24));
  }

  public static Hash32 of(byte[] thirtyTwo) {
    if (thirtyTwo.length != LENGTH) {
      throw new IllegalArgumentException("a Hash32 has 32 bytes, not " + thirtyTwo.length);
    }
    return read(thirtyTwo, 0);
  }

  public static Hash32 fromHex(String hex) {
    return of(Bytes.fromHex(hex).toArray());
  }

  /** SHA-256 of the parts, one after the other. */
  public static Hash32 sha256(byte[]... parts) {
    MessageDigest digest = newSha256();
    for (byte[] part : parts) {
      digest.update(part);
    }
    return of(digest.digest());
  }

  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  public void write(byte[] target, int offset) {
    LONGS.set(target, offset, a);
    LONGS.set(target, offset + 8, b);
    LONGS.set(target, offset + 16, c);
    LONGS.set(target, offset + 24, d);
  }

  public byte[] toArray() {
    byte[] out = new byte[LENGTH];
    write(out, 0);
    return out;
  }

  /** The {@code index}-th group of {@code bits} bits, counted from the first; bits divides 64. */
  public int symbol(int index, int bits) {
    int position = index * bits;
    long word =
        switch (position >>> 6) {
          case 0 -> a;
          case 1 -> b;
          case 2 -> c;
          default -> d;
        };
    return (int) (word >>> (64 - bits - (position & 63))) & ((1 << bits) - 1);
  }

  public boolean isZero() {
    return (a | b | c | d) == 0;
  }

  public String toHex() {
    return Bytes.owning(toArray()).toHex();
  }

  @Override
  public int compareTo(Hash32 other) {
    int order = Long.compareUnsigned(a, other.a);
    if (order == 0) {
      order = Long.compareUnsigned(b, other.b);
    }
    if (order == 0) {
      order = Long.compareUnsigned(c, other.c);
    }
    return order != 0 ? order : Long.compareUnsigned(d, other.d);
  }

  /** The first bits are as good as any: the value is a hash already. */
  @Override
  public int hashCode() {
    return Long.hashCode(a ^ d);
  }

  @Override
  public String toString() {
    return toHex().substring(0, 8);
  }
}
