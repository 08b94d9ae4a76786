package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.fact.StayId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;

/**
 * The base key of one sender under one key of the group, from which RFC 9605 derives the rest.
 *
 * <p>Closing overwrites the bytes; copies that the garbage collector or a cipher made on the way
 * are out of reach.
 */
public final class FrameSecret implements AutoCloseable {
  public static final int LENGTH = 32;

  private final byte[] baseKey;
  private final String stamp;

  private FrameSecret(byte[] baseKey, String stamp) {
    this.baseKey = baseKey;
    this.stamp = stamp;
  }

  /** Takes the array over: the caller must not keep it. */
  public static FrameSecret owning(byte[] baseKey, StayId sender) {
    if (baseKey.length != LENGTH) {
      throw new IllegalArgumentException("a frame secret has 32 bytes, not " + baseKey.length);
    }
    return new FrameSecret(baseKey, sender.toString());
  }

  /** The key and salt of RFC 9605, section 4.4.2. */
  SFrameKey sframeKey(SFrameSuite suite, long kid) {
    return derive(baseKey, suite, kid);
  }

  static SFrameKey derive(byte[] baseKey, SFrameSuite suite, long kid) {
    Mac mac = Desk.ofThisThread().mac(suite);
    // An empty salt; the JCA takes no empty key, and HMAC pads both to the same zeroes.
    CipherKey salt = new CipherKey("HMAC", new byte[suite.hashBytes()], 0, suite.hashBytes());
    byte[] extracted = hmac(mac, salt, baseKey);
    CipherKey secret = new CipherKey("HMAC", extracted, 0, extracted.length);
    Arrays.fill(extracted, (byte) 0);
    byte[] key = expand(mac, secret, "SFrame 1.0 Secret key ", suite, kid, suite.keyBytes());
    byte[] nonceSalt =
        expand(mac, secret, "SFrame 1.0 Secret salt ", suite, kid, SFrameSuite.NONCE_BYTES);
    secret.destroy();
    SFrameKey made = new SFrameKey(suite, kid, key, nonceSalt);
    Arrays.fill(key, (byte) 0);
    return made;
  }

  /** HKDF-Expand (RFC 5869, section 2.3). */
  private static byte[] expand(
      Mac mac, CipherKey secret, String label, SFrameSuite suite, long kid, int length) {
    byte[] text = label.getBytes(StandardCharsets.US_ASCII);
    byte[] info = Arrays.copyOf(text, text.length + 10);
    for (int i = 0; i < 8; i++) {
      info[text.length + i] = (byte) (kid >>> (56 - 8 * i));
    }
    info[text.length + 9] = (byte) suite.code();

    byte[] out = new byte[length];
    byte[] previous = new byte[0];
    int done = 0;
    for (int block = 1; done < length; block++) {
      byte[] fresh = hmac(mac, secret, previous, info, new byte[] {(byte) block});
      int part = Math.min(fresh.length, length - done);
      System.arraycopy(fresh, 0, out, done, part);
      done += part;
      Arrays.fill(previous, (byte) 0);
      previous = fresh;
    }
    Arrays.fill(previous, (byte) 0);
    return out;
  }

  private static byte[] hmac(Mac mac, CipherKey key, byte[]... parts) {
    try {
      mac.init(key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC takes a key of any length", e);
    }
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  @Override
  public void close() {
    Arrays.fill(baseKey, (byte) 0);
  }

  @Override
  public String toString() {
    return "FrameSecret of " + stamp;
  }
}
