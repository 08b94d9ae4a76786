package io.keymoot.flatkeying.frame;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * The key and salt of one KID: seals and opens frames as RFC 9605, section 4.4, says, and knows
 * nothing else. That no counter comes twice is up to its user, {@link FrameSealer}.
 *
 * <p>Used by many threads at once; each brings its own {@link Desk}.
 */
final class SFrameKey implements AutoCloseable {
  /** The one answer to whatever was not sealed under this key: no reason, no exception. */
  static final int FORGED = -1;

  private final SFrameSuite suite;
  private final long kid;
  private final CipherKey aes;
  private final @Nullable CipherKey mac;
  private final byte[] salt;
  private final TagCheck tagCheck;

  SFrameKey(SFrameSuite suite, long kid, byte[] key, byte[] salt) {
    int aesBytes = suite.aesKeyBytes();
    this.suite = suite;
    this.kid = kid;
    this.aes = new CipherKey("AES", key, 0, aesBytes);
    this.mac = suite.isGcm() ? null : new CipherKey("HMAC", key, aesBytes, suite.hashBytes());
    this.salt = salt;
    this.tagCheck = new TagCheck(aes);
  }

  long kid() {
    return kid;
  }

  SFrameSuite suite() {
    return suite;
  }

  /**
   * Writes header, ciphertext and tag at {@code outAt}, and answers how many bytes that is. The
   * output may not overlap the input.
   */
  int seal(
      Desk desk,
      long counter,
      byte[] in,
      int at,
      int length,
      byte[] metadata,
      byte[] out,
      int outAt) {
    int header = SFrameHeader.write(kid, counter, out, outAt);
    return sealBehind(desk, counter, in, at, length, metadata, out, outAt, header);
  }

  /** Seals behind a header that is there already. */
  int sealBehind(
      Desk desk,
      long counter,
      byte[] in,
      int at,
      int length,
      byte[] metadata,
      byte[] out,
      int outAt,
      int header) {
    desk.nonce.set(salt, counter);
    try {
      if (suite.isGcm()) {
        Cipher cipher = desk.gcmSeal;
        cipher.init(Cipher.ENCRYPT_MODE, aes, desk.nonce);
        cipher.updateAAD(out, outAt, header);
        if (metadata.length > 0) {
          cipher.updateAAD(metadata);
        }
        return header + cipher.doFinal(in, at, length, out, outAt + header);
      }
      counterMode(desk, in, at, length, out, outAt + header);
      hmac(desk, metadata, out, outAt, header, length);
      System.arraycopy(desk.mac, 0, out, outAt + header + length, suite.tagBytes());
      return header + length + suite.tagBytes();
    } catch (GeneralSecurityException e) {
      throw bug(e);
    }
  }

  /**
   * Opens a frame whose header has been read, and answers the plaintext's length or {@link
   * #FORGED}. For a forgery nothing of it is left in {@code out}.
   *
   * @param doubtful that it may well be for another key, so that an exception is to be avoided
   */
  int open(
      Desk desk,
      long counter,
      byte[] in,
      int at,
      int header,
      int length,
      byte[] metadata,
      byte[] out,
      int outAt,
      boolean doubtful) {
    int sealed = length - header;
    if (sealed < suite.tagBytes()) {
      return FORGED;
    }
    desk.nonce.set(salt, counter);
    try {
      if (suite.isGcm()) {
        if ((doubtful || desk.isWary())
            && !tagCheck.holds(desk, counter, in, at, header, length, metadata)) {
          if (!doubtful) {
            desk.metForgery();
          }
          return FORGED;
        }
        return openGcm(desk, in, at, header, sealed, metadata, out, outAt);
      }
      int text = sealed - suite.tagBytes();
      hmac(desk, metadata, in, at, header, text);
      int difference = 0;
      for (int i = 0; i < suite.tagBytes(); i++) {
        difference |= desk.mac[i] ^ in[at + header + text + i];
      }
      if (difference != 0) {
        return FORGED;
      }
      counterMode(desk, in, at + header, text, out, outAt);
      return text;
    } catch (GeneralSecurityException e) {
      throw bug(e);
    }
  }

  private int openGcm(
      Desk desk, byte[] in, int at, int header, int sealed, byte[] metadata, byte[] out, int outAt)
      throws GeneralSecurityException {
    Cipher cipher = desk.gcmOpen;
    cipher.init(Cipher.DECRYPT_MODE, aes, desk.nonce);
    cipher.updateAAD(in, at, header);
    if (metadata.length > 0) {
      cipher.updateAAD(metadata);
    }
    try {
      int text = cipher.doFinal(in, at + header, sealed, out, outAt);
      desk.metGood();
      return text;
    } catch (AEADBadTagException forged) {
      // Making this exception costs more than the frame: where they are many, it is spared. Not
      // every provider clears what it wrote.
      Arrays.fill(out, outAt, outAt + sealed - suite.tagBytes(), (byte) 0);
      desk.metForgery();
      return FORGED;
    }
  }

  private void counterMode(Desk desk, byte[] in, int at, int length, byte[] out, int outAt)
      throws GeneralSecurityException {
    desk.nonce.write(desk.block);
    Arrays.fill(desk.block, SFrameSuite.NONCE_BYTES, 16, (byte) 0);
    Cipher cipher = desk.counter();
    cipher.init(Cipher.ENCRYPT_MODE, aes, new IvParameterSpec(desk.block));
    cipher.doFinal(in, at, length, out, outAt);
  }

  /** Section 4.5.1: the tag, into the desk; {@code frame} holds the header and the ciphertext. */
  private void hmac(Desk desk, byte[] metadata, byte[] frame, int at, int header, int text)
      throws GeneralSecurityException {
    byte[] numbers = desk.numbers;
    put(header + metadata.length, numbers, 0);
    put(text, numbers, 8);
    put(suite.tagBytes(), numbers, 16);
    Mac hmac = desk.mac(suite);
    hmac.init(mac);
    hmac.update(numbers);
    desk.nonce.write(desk.nonceBytes);
    hmac.update(desk.nonceBytes);
    hmac.update(frame, at, header);
    hmac.update(metadata);
    hmac.update(frame, at + header, text);
    hmac.doFinal(desk.mac, 0);
  }

  private static void put(int value, byte[] out, int at) {
    for (int i = 0; i < 4; i++) {
      out[at + 4 + i] = (byte) (value >>> (24 - 8 * i));
    }
  }

  private RuntimeException bug(GeneralSecurityException e) {
    // A provider tried for the first time wraps what the key threw.
    if (aes.isDestroyed()) {
      return CipherKey.Wiped.INSTANCE;
    }
    return e instanceof ShortBufferException
        ? new IllegalArgumentException("the output has no room for the frame", e)
        : new IllegalStateException("the platform's AES refused a frame", e);
  }

  @Override
  public void close() {
    aes.destroy();
    if (mac != null) {
      mac.destroy();
    }
    tagCheck.close();
  }

  @Override
  public String toString() {
    return "SFrameKey " + suite + " of KID " + Long.toHexString(kid);
  }
}
