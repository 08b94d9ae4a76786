package io.keymoot.flatkeying.crypto;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256-GCM, by the platform, for keys that seal <b>one</b> message each. So the nonce is all
 * zeros and is not sent: what would be a nonce is in the key's derivation.
 *
 * <p>GCM does not bind its key: a forger who chooses two keys can make bytes that open under both.
 * Nothing here relies on that not happening; epoch secrets are checked against a commitment.
 *
 * <p>One {@link Cipher} per thread: making one costs three times an init, and leaves 4 kB of
 * garbage. It is given a key of zeros after each use, or it would keep the last one.
 */
public final class Aead {
  public static final int TAG_BYTES = 16;

  private static final ThreadLocal<OneUse> CIPHER = ThreadLocal.withInitial(OneUse::new);

  private Aead() {}

  /** Seals under a key that has sealed, and will seal, nothing else but this same message. */
  public static byte[] sealOnce(byte[] key, byte[] associated, byte[] plaintext) {
    try {
      return CIPHER.get().use(Cipher.ENCRYPT_MODE, key, associated, plaintext);
    } catch (AEADBadTagException e) {
      throw new IllegalStateException("sealing checks no tag", e);
    }
  }

  public static Opening openOnce(byte[] key, byte[] associated, byte[] sealed) {
    if (sealed.length < TAG_BYTES) {
      return new Opening.Failed();
    }
    try {
      return new Opening.Opened(CIPHER.get().use(Cipher.DECRYPT_MODE, key, associated, sealed));
    } catch (AEADBadTagException e) {
      return new Opening.Failed();
    }
  }

  /** A thread's cipher, which between uses holds a key of zeros. */
  private static final class OneUse {
    private static final RawKey ZEROS = new RawKey("AES", new byte[Hkdf.KEY_BYTES]);
    private static final GCMParameterSpec ZERO_NONCE = nonce(0);
    private static final GCMParameterSpec ANOTHER_NONCE = nonce(1);

    private final Cipher cipher;
    private boolean odd;

    private OneUse() {
      try {
        cipher = Cipher.getInstance("AES/GCM/NoPadding");
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java platform has AES/GCM", e);
      }
    }

    private byte[] use(int mode, byte[] key, byte[] associated, byte[] in)
        throws AEADBadTagException {
      try {
        cipher.init(mode, new RawKey("AES", key), ZERO_NONCE);
        cipher.updateAAD(associated);
        return cipher.doFinal(in);
      } catch (AEADBadTagException e) {
        throw e;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES-GCM takes any key and any bytes", e);
      } finally {
        forget();
      }
    }

    /**
     * To encrypt, for that alone replaces the copy by which the platform notices that a key and
     * nonce come twice running; and with another nonce each time, for it would notice this too.
     */
    private void forget() {
      odd = !odd;
      try {
        cipher.init(Cipher.ENCRYPT_MODE, ZEROS, odd ? ANOTHER_NONCE : ZERO_NONCE);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("AES-GCM takes any key", e);
      }
    }

    private static GCMParameterSpec nonce(int last) {
      byte[] nonce = new byte[12];
      nonce[11] = (byte) last;
      return new GCMParameterSpec(8 * TAG_BYTES, nonce);
    }
  }
}
