package io.keymoot.flatkeying.frame;

import io.keymoot.flatkeying.wire.Hash32;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * What one thread works with: a cipher for each direction and some room, made once. A new cipher
 * for each frame would cost more than the frame.
 *
 * <p>The provider is whichever the platform lists first, so a faster one is used where it is
 * installed.
 */
final class Desk {
  private static final int WARY = 2;
  private static final int MOST_WARY = 16;

  private static final ThreadLocal<Desk> DESKS = ThreadLocal.withInitial(Desk::new);

  final Cipher gcmSeal = cipher("AES/GCM/NoPadding", new FrameNonce());
  Cipher gcmOpen = cipher("AES/GCM/NoPadding", new FrameNonce());
  final MessageDigest sha256 = Hash32.newSha256();
  final FrameNonce nonce = new FrameNonce();
  final Arrival arrival = new Arrival();
  final byte[] nonceBytes = new byte[SFrameSuite.NONCE_BYTES];
  final byte[] block = new byte[16];
  final byte[] mac = new byte[64];
  final byte[] numbers = new byte[24];
  final byte[] digest = new byte[Hash32.LENGTH];

  /** A forgery adds one, a good frame takes one away. */
  private int wary;

  /** Whether {@link #gcmCheck} is lent its keys, see {@link LentKey}. */
  boolean lendsKeys = gcmSeal.getProvider().getName().equals("SunJCE");

  /** The counter of the frame that {@link #gcmCheck} was last given. */
  long checkedCounter = -1;

  /** Where {@link TagCheck} leaves a product, and of what it is: mostly it is asked for again. */
  long productHigh;

  long productLow;
  @Nullable Object productOf;
  int productFirst;
  int productSecond;

  @Nullable Cipher gcmCheck;
  private @Nullable Cipher counter;
  private @Nullable Cipher block1;
  private @Nullable Mac macSha256;
  private @Nullable Mac macSha512;
  private byte[] associated = new byte[64];
  private byte[] copyIn = new byte[2_048];
  private byte[] copyOut = new byte[2_048];

  private Desk() {}

  static Desk ofThisThread() {
    return DESKS.get();
  }

  /**
   * Whether to put each frame to {@link TagCheck} before it is opened: while more are forged than
   * are not. So in whatever order they come, of the good ones no more are checked than there are
   * forged ones, and a forgery costs its exception and one check at most. After a flood fifteen
   * good frames end it.
   */
  boolean isWary() {
    return wary >= WARY;
  }

  void metForgery() {
    wary = Math.min(wary + 1, MOST_WARY);
  }

  void metGood() {
    if (wary > 0) {
      wary--;
    }
  }

  Cipher gcmCheck() {
    Cipher had = gcmCheck;
    return had != null ? had : (gcmCheck = cipher("AES/GCM/NoPadding", new FrameNonce()));
  }

  Cipher counter() {
    Cipher had = counter;
    return had != null
        ? had
        : (counter = cipher("AES/CTR/NoPadding", new IvParameterSpec(new byte[16])));
  }

  /** AES on single blocks, for the hash key of {@link TagCheck}; never on a message. */
  @SuppressWarnings("InsecureCryptoUsage")
  Cipher singleBlock() {
    Cipher had = block1;
    return had != null ? had : (block1 = cipher("AES/ECB/NoPadding", null));
  }

  Mac mac(SFrameSuite suite) {
    if (suite.hashBytes() == 32) {
      Mac had = macSha256;
      return had != null ? had : (macSha256 = newMac(suite));
    }
    Mac had = macSha512;
    return had != null ? had : (macSha512 = newMac(suite));
  }

  /** What is written must not change what is still to be read. */
  static void checkApart(byte[] in, int at, int length, byte[] out, int outAt, int outLength) {
    if (in == out && at < outAt + outLength && outAt < at + length) {
      throw new IllegalArgumentException("the output overlaps the input; give it room of its own");
    }
  }

  /** Room for a header and metadata. */
  byte[] associated(int length) {
    if (associated.length < length) {
      associated = new byte[roomier(length)];
    }
    return associated;
  }

  byte[] copyIn(int length) {
    if (copyIn.length < length) {
      copyIn = new byte[roomier(length)];
    }
    return copyIn;
  }

  byte[] copyOut(int length) {
    if (copyOut.length < length) {
      copyOut = new byte[roomier(length)];
    }
    return copyOut;
  }

  private static int roomier(int length) {
    return Math.max(4_096, Integer.highestOneBit(length) << 1);
  }

  /**
   * A cipher that has had a key. The platform settles on a provider at the first one; should that
   * key be wiped at this very moment, it finds none, and the cipher is useless ever after.
   */
  private static Cipher cipher(String transformation, @Nullable AlgorithmParameterSpec with) {
    try {
      Cipher cipher = Cipher.getInstance(transformation);
      cipher.init(Cipher.ENCRYPT_MODE, noKey("AES"), with);
      return cipher;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform lacks " + transformation, e);
    }
  }

  private static Mac newMac(SFrameSuite suite) {
    try {
      Mac mac = Mac.getInstance(suite.macAlgorithm());
      mac.init(noKey("HMAC"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform lacks " + suite.macAlgorithm(), e);
    }
  }

  private static CipherKey noKey(String algorithm) {
    return new CipherKey(algorithm, new byte[16], 0, 16);
  }
}
