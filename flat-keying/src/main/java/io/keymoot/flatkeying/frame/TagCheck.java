package io.keymoot.flatkeying.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.util.Arrays;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * Tells a forged GCM frame without the exception that the JCA answers one with.
 *
 * <p>That exception carries a stack trace, which costs several times what opening a frame costs: a
 * stranger could make us work harder than he does. So a thread that meets more forgeries than good
 * frames ({@link Desk#isWary}) puts each to this check before it opens it. That doubles what a good
 * frame costs, which is why few forgeries do not bring it about. A frame that passes is still
 * opened, and so judged, by the platform's GCM; a mistake here could refuse good frames but never
 * accept a bad one.
 *
 * <p>How it works. GCM's tag is GHASH(A, C) ⊕ E(J₀), the last block hashed being the lengths L. GCM
 * over A‖C as associated data alone, each padded to whole blocks, and under the same nonce, hashes
 * the same blocks but for other lengths L'. GHASH is linear in its last block, so the two tags
 * differ by (L ⊕ L')·H, where H = E(0). The cipher that makes the second tag must encrypt, and the
 * tag never leaves this class, so it does a forger no good. It is also why a nonce may come twice
 * here, as forged frames do: the platform's cipher has its key lent only, and does not know it
 * again. Another provider's gets it as it is: Corretto's is quicker with a key that it has seen.
 */
final class TagCheck implements AutoCloseable {
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
    int total = padded + text;
    byte[] first = desk.associated(padded);
    if (padded == 16 && metadata.length == 0) {
      oneBlock(first, in, at, header);
    } else {
      System.arraycopy(in, at, first, 0, header);
      System.arraycopy(metadata, 0, first, header, metadata.length);
      Arrays.fill(first, associated, padded, (byte) 0);
    }

    Cipher cipher = desk.gcmCheck();
    LentKey lent = new LentKey(key);
    try {
      begin(cipher, desk, lent, counter);
      // The platform copies what it is given first once more when the second comes, so the short
      // one is first; the last block it pads itself.
      cipher.updateAAD(first, 0, padded);
      cipher.updateAAD(in, at + header, text);
      cipher.doFinal(desk.block, 0);
    } finally {
      lent.takeBack();
    }

    hashKey(desk).times(desk, 8 * associated ^ 8 * total, 8 * text);
    int tag = at + length - SFrameSuite.GCM_TAG_BYTES;
    long wrongHigh = (long) WORDS.get(desk.block, 0) ^ desk.productHigh ^ (long) WORDS.get(in, tag);
    long wrongLow =
        (long) WORDS.get(desk.block, 8) ^ desk.productLow ^ (long) WORDS.get(in, tag + 8);
    boolean holds = (wrongHigh | wrongLow) == 0;
    if (!holds && key.isDestroyed()) {
      // What it was multiplied with may have been zeroes already.
      throw CipherKey.Wiped.INSTANCE;
    }
    return holds;
  }

  /** The header alone, padded, by words: calls that copy and fill cost more than so few bytes. */
  private static void oneBlock(byte[] block, byte[] in, int at, int header) {
    // Sixteen may be read: behind the header comes the tag at least.
    long high = (long) WORDS.get(in, at);
    long low = (long) WORDS.get(in, at + 8);
    int bits = 8 * header;
    WORDS.set(block, 0, bits < 64 ? high & -(1L << 64 - bits) : high);
    WORDS.set(block, 8, bits <= 64 ? 0 : low & -(1L << 128 - bits));
  }

  private void begin(Cipher cipher, Desk desk, LentKey lent, long counter)
      throws GeneralSecurityException {
    if (desk.lendsKeys) {
      try {
        cipher.init(Cipher.ENCRYPT_MODE, lent, desk.nonce);
        return;
      } catch (InvalidAlgorithmParameterException again) {
        // It has kept a copy of its own after all.
        desk.lendsKeys = false;
        desk.checkedCounter = counter;
      }
    }
    if (desk.checkedCounter == counter) {
      // A key's nonce is refused twice in a row, and a flood may well repeat a frame. By the
      // counter alone: the same key may have been derived anew, and is another object then.
      desk.nonce.flip();
      cipher.init(Cipher.ENCRYPT_MODE, key, desk.nonce);
      desk.nonce.flip();
    }
    desk.checkedCounter = counter;
    cipher.init(Cipher.ENCRYPT_MODE, key, desk.nonce);
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
      if (key.isDestroyed()) {
        // Whoever closed this may have looked before there was anything to wipe.
        had.close();
      }
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
   * H times each power of x that a bit of the two lengths stands for, two words each. In GCM's
   * order the first bit of a block is x⁰, so the last bits of the lengths are x⁶³ and x¹²⁷.
   */
  private static final class HashKey implements AutoCloseable {
    private static final int SECOND = 2 * LENGTH_BITS;
    private final long[] products = new long[2 * SECOND];

    HashKey(long high, long low) {
      for (int power = 0; power < 128; power++) {
        int bit = 63 - power % 64;
        if (bit < LENGTH_BITS) {
          int place = (power < 64 ? 0 : SECOND) + 2 * bit;
          products[place] = high;
          products[place + 1] = low;
        }
        long carry = -(low & 1);
        low = low >>> 1 | high << 63;
        high = high >>> 1 ^ (0xe1L << 56 & carry);
      }
    }

    /** Leaves the product in the desk. Which entries are added the lengths say: they are public. */
    void times(Desk desk, int firstLength, int secondLength) {
      if (desk.productOf == this
          && desk.productFirst == firstLength
          && desk.productSecond == secondLength) {
        return;
      }
      long high = 0;
      long low = 0;
      for (int bits = firstLength; bits != 0; bits &= bits - 1) {
        int place = 2 * Integer.numberOfTrailingZeros(bits);
        high ^= products[place];
        low ^= products[place + 1];
      }
      for (int bits = secondLength; bits != 0; bits &= bits - 1) {
        int place = SECOND + 2 * Integer.numberOfTrailingZeros(bits);
        high ^= products[place];
        low ^= products[place + 1];
      }
      desk.productOf = this;
      desk.productFirst = firstLength;
      desk.productSecond = secondLength;
      desk.productHigh = high;
      desk.productLow = low;
    }

    @Override
    public void close() {
      Arrays.fill(products, 0);
    }
  }
}
