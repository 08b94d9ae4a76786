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

  private static final RawKey ZEROS = new RawKey("AES", new byte[Hkdf.KEY_BYTES]);
  private static final GCMParameterSpec ZERO_NONCE =
      new GCMParameterSpec(8 * TAG_BYTES, new byte[12]);
  private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(Aead::newCipher);

  private Aead() {}

  /** Seals under a key that has sealed, and will seal, nothing else but this same message. */
  public static byte[] sealOnce(byte[] key, byte[] associated, byte[] plaintext) {
    Cipher cipher = CIPHER.get();
    try {
      cipher.init(Cipher.ENCRYPT_MODE, new RawKey("AES", key), ZERO_NONCE);
      cipher.updateAAD(associated);
      return cipher.doFinal(plaintext);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing does not fail", e);
    } finally {
      forget(cipher);
    }
  }

  public static Opening openOnce(byte[] key, byte[] associated, byte[] sealed) {
    if (sealed.length < TAG_BYTES) {
      return new Opening.Failed();
    }
    Cipher cipher = CIPHER.get();
    try {
      cipher.init(Cipher.DECRYPT_MODE, new RawKey("AES", key), ZERO_NONCE);
      cipher.updateAAD(associated);
      return new Opening.Opened(cipher.doFinal(sealed));
    } catch (AEADBadTagException e) {
      return new Opening.Failed();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("opening fails by its tag alone", e);
    } finally {
      forget(cipher);
    }
  }

  private static void forget(Cipher cipher) {
    try {
      // To decrypt: to encrypt, the platform refuses the same key and nonce twice running.
      cipher.init(Cipher.DECRYPT_MODE, ZEROS, ZERO_NONCE);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES takes any key", e);
    }
  }

  private static Cipher newCipher() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES/GCM", e);
    }
  }
}
