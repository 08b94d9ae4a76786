package io.keymoot.flatkeying.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Tells a forged GCM frame without the exception that the JCA answers one with.
 *
 * <p>That exception carries a stack trace, which costs several times what opening a frame costs: a
 * stranger could make us work harder than he does. So once a thread has met a forgery, it puts each
 * frame to this check before it opens it, and stops when {@link #WARY_FRAMES} in a row were good. A
 * frame that passes is still opened, and so judged, by the platform's GCM; a mistake here could
 * refuse good frames but never accept a bad one.
 *
 * <p>How it works. GCM's tag is GHASH(A, C) ⊕ E(J₀), the last block hashed being the lengths L. GCM
 * over A‖C as associated data alone, each padded to whole blocks, and under the same nonce, hashes
 * the same blocks but for other lengths L'. GHASH is linear in its last block, so the two tags
 * differ by (L ⊕ L')·H, where H = E(0). The cipher that makes the second tag must encrypt, and the
 * tag never leaves this class, so it does a forger no good.
 */
final class TagCheck implements AutoCloseable {
  static final int WARY_FRAMES = 4_096;

  /** Bits of a length: frames have less than 2²⁴ bits. */
  private static final int LENGTH_BITS = 24;

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final CipherKey key;
  private volatile @Nullable HashKey hashKey;

  TagCheck(CipherKey key) {
    this.key = key;
  }

  /** Whether the tag at the end of the frame is the one GCM makes; the nonce is in the desk. */
  boolean holds(Desk desk, long counter, byte[] in, int at, int header, int length, byte[] metadata)
      throws GeneralSecurityException {
    int text = length - header - SFrameSuite.GCM_TAG_BYTES;
    int associated = header + metadata.length;
    int padded = toBlocks(associated);
    int total = padded + toBlocks(text);

    byte[] room = desk.scratch(total + 16);
    System.arraycopy(in, at, room, 0, header);
    System.arraycopy(metadata, 0, room, header, metadata.length);
    Arrays.fill(room, associated, padded, (byte) 0);
    System.arraycopy(in, at + header, room, padded, text);
    Arrays.fill(room, padded + text, total, (byte) 0);

    Cipher cipher = desk.gcmCheck();
    byte[] nonce = desk.nonce;
    if (desk.checkedKey == key && desk.checkedCounter == counter) {
      // The platform refuses a nonce twice in a row, and a flood may well repeat one frame.
      nonce[0] ^= 1;
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, nonce));
      nonce[0] ^= 1;
    }
    desk.checkedKey = key;
    desk.checkedCounter = counter;
    cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, nonce));
    cipher.updateAAD(room, 0, total);
    cipher.doFinal(desk.block, 0);

    hashKey(desk).times(desk, associated * 8L ^ total * 8L, text * 8L);
    int tag = at + length - SFrameSuite.GCM_TAG_BYTES;
    long wrongHigh = (long) WORDS.get(desk.block, 0) ^ desk.productHigh ^ (long) WORDS.get(in, tag);
    long wrongLow =
        (long) WORDS.get(desk.block, 8) ^ desk.productLow ^ (long) WORDS.get(in, tag + 8);
    return (wrongHigh | wrongLow) == 0;
  }

  private static int toBlocks(int bytes) {
    return bytes + 15 & ~15;
  }

  private HashKey hashKey(Desk desk) throws GeneralSecurityException {
    HashKey had = hashKey;
    if (had == null) {
      Cipher cipher = desk.singleBlock();
      cipher.init(Cipher.ENCRYPT_MODE, key);
      byte[] zero = new byte[16];
      byte[] h = cipher.doFinal(zero);
      had = new HashKey((long) WORDS.get(h, 0), (long) WORDS.get(h, 8));
      Arrays.fill(h, (byte) 0);
      hashKey = had;
    }
    return had;
  }

  @Override
  public void close() {
    HashKey had = hashKey;
    if (had != null) {
      had.close();
    }
  }

  @Override
  public String toString() {
    return "TagCheck";
  }

  /**
   * H, multiplied already by the powers of x that the first bits of the two lengths stand for. In
   * GCM's order the first bit of a block is x⁰, so the lengths' 24 bits are x⁴⁰ to x⁶³ and x¹⁰⁴ to
   * x¹²⁷.
   */
  private static final class HashKey implements AutoCloseable {
    private long firstHigh;
    private long firstLow;
    private long secondHigh;
    private long secondLow;

    HashKey(long high, long low) {
      for (int power = 0; power < 128 - LENGTH_BITS; power++) {
        if (power == 64 - LENGTH_BITS) {
          firstHigh = high;
          firstLow = low;
        }
        long carry = -(low & 1);
        low = low >>> 1 | high << 63;
        high = high >>> 1 ^ (0xe1L << 56 & carry);
      }
      secondHigh = high;
      secondLow = low;
    }

    /** Branches on the lengths, which are public, and never on H. */
    void times(Desk desk, long firstLength, long secondLength) {
      desk.productHigh = 0;
      desk.productLow = 0;
      add(desk, firstLength, firstHigh, firstLow);
      add(desk, secondLength, secondHigh, secondLow);
    }

    private static void add(Desk desk, long length, long high, long low) {
      for (int bit = LENGTH_BITS - 1; bit >= 0; bit--) {
        long taken = -(length >>> bit & 1);
        desk.productHigh ^= high & taken;
        desk.productLow ^= low & taken;
        long carry = -(low & 1);
        low = low >>> 1 | high << 63;
        high = high >>> 1 ^ (0xe1L << 56 & carry);
      }
    }

    @Override
    public void close() {
      firstHigh = 0;
      firstLow = 0;
      secondHigh = 0;
      secondLow = 0;
    }
  }
}
