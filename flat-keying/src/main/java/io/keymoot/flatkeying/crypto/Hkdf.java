package io.keymoot.flatkeying.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;

/**
 * HKDF and HMAC with SHA-256 (RFC 5869, RFC 2104), by the platform.
 *
 * <p>Every secret of ours is 32 uniform bytes: random, derived, or the output of X-Wing. For such
 * keys RFC 5869, section 3.3 lets extraction be left out, and so do we: {@code HKDF(key, info)} in
 * this project is <b>expansion only</b>. Extraction serves where two secrets become one.
 *
 * <p>One {@link Mac} per thread, because making one costs more than using it. After each use it is
 * given a key of zeros and used once, or it would keep the last key and what came of it for as long
 * as the thread lives.
 */
public final class Hkdf {
  /** Of every secret, and of the hash. */
  public static final int KEY_BYTES = 32;

  private static final int MOST_BYTES = 255 * KEY_BYTES;
  private static final RawKey ZEROS = new RawKey("HmacSHA256", new byte[KEY_BYTES]);
  private static final ThreadLocal<Mac> MAC = ThreadLocal.withInitial(Hkdf::newMac);

  private Hkdf() {}

  /** HKDF(key, info) of 32 bytes: the next secret. Wipes the info. */
  public static byte[] expand(byte[] key, Info info) {
    return expand(key, info, KEY_BYTES);
  }

  /** HKDF(key, info) of any length up to 8,160 bytes. Wipes the info. */
  public static byte[] expand(byte[] key, Info info, int length) {
    try {
      return expand(key, info.array(), info.length(), length);
    } finally {
      info.wipe();
    }
  }

  /**
   * One secret from two: unknown to whoever lacks either. (HMAC is trusted to be a PRF keyed by its
   * key and by its message alike, as TLS 1.3 and MLS trust it.)
   */
  public static byte[] extract(byte[] salt, byte[] input) {
    return mac(salt, input);
  }

  public static byte[] mac(byte[] key, byte[] message) {
    Mac mac = keyed(key);
    try {
      return mac.doFinal(message);
    } finally {
      forget(mac);
    }
  }

  static byte[] expand(byte[] key, byte[] info, int infoLength, int length) {
    if (length < 1 || length > MOST_BYTES) {
      throw new IllegalArgumentException(length + " bytes: HKDF gives 1 to " + MOST_BYTES);
    }
    Mac mac = keyed(key);
    int blocks = (length + KEY_BYTES - 1) / KEY_BYTES;
    byte[] out = new byte[blocks * KEY_BYTES];
    try {
      for (int block = 0; block < blocks; block++) {
        if (block > 0) {
          mac.update(out, (block - 1) * KEY_BYTES, KEY_BYTES);
        }
        mac.update(info, 0, infoLength);
        mac.update((byte) (block + 1));
        mac.doFinal(out, block * KEY_BYTES);
      }
    } catch (ShortBufferException e) {
      throw new IllegalStateException("the output was sized for whole blocks", e);
    } finally {
      forget(mac);
    }
    if (out.length == length) {
      return out;
    }
    byte[] cut = Arrays.copyOf(out, length);
    Arrays.fill(out, (byte) 0);
    return cut;
  }

  /** Many keys of 32 bytes, one after the other: the last secret is forgotten at the end. */
  public static final class Run implements AutoCloseable {
    private final Mac mac = MAC.get();

    /** The same as {@link Hkdf#expand(byte[], Info)}, but that the info is not wiped. */
    public byte[] expand(byte[] key, Info info) {
      byte[] out = new byte[KEY_BYTES];
      keyed(key);
      mac.update(info.array(), 0, info.length());
      mac.update((byte) 1);
      try {
        mac.doFinal(out, 0);
      } catch (ShortBufferException e) {
        throw new IllegalStateException("the output was sized for one block", e);
      }
      return out;
    }

    @Override
    public void close() {
      forget(mac);
    }
  }

  private static Mac keyed(byte[] key) {
    Mac mac = MAC.get();
    try {
      // HMAC pads keys with zeros, so no key is the same as 32 zeros.
      mac.init(key.length == 0 ? ZEROS : new RawKey("HmacSHA256", key));
      return mac;
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("HMAC takes any key", e);
    }
  }

  private static void forget(Mac mac) {
    try {
      mac.init(ZEROS);
      // The hash would hold what it gave last until its next use, which is now.
      mac.update((byte) 0);
      mac.reset();
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("HMAC takes any key", e);
    }
  }

  private static Mac newMac() {
    try {
      return Mac.getInstance("HmacSHA256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
