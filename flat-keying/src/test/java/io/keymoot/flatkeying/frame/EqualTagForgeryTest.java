package io.keymoot.flatkeying.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.frame.Cast.Device;
import io.keymoot.flatkeying.frame.Cast.Epoch;
import io.keymoot.flatkeying.frame.Cast.Person;
import io.keymoot.flatkeying.frame.Opening.Opened;
import io.keymoot.flatkeying.frame.Opening.Refused;
import io.keymoot.flatkeying.frame.Opening.Vouched;
import io.keymoot.flatkeying.wire.Bytes;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * Mallory, a member, knows Alice's frame key as every member does. She replaces Alice's frame by
 * another with the same header, nonce <b>and tag</b>: GHASH under a known H is linear, so 16 free
 * bytes make any text's tag come out as wanted.
 *
 * <p>So a signature over tags, which is what paper 004 suggests (a list of MAC values, signed),
 * vouches for a frame that Alice never sealed. A signature over SHA-256 of whole frames does not.
 */
class EqualTagForgeryTest {
  private static final FrameStream CAMERA = FrameStream.of(Authentication.AMORTISED, 0);
  private static final FrameStream CHAT = FrameStream.of(Authentication.SIGNED, 0);
  private static final String SAID = "Alice: I agree to pay 10 euro.  .................";
  private static final String WANTED = "Alice: I agree to pay 9999999 euro to Mallory....";

  private final Cast cast;
  private final Person alice;
  private final Epoch epoch;
  private final Device sender;
  private final Device receiver;

  EqualTagForgeryTest(TestInfo test) {
    cast = new Cast(test.getDisplayName().hashCode(), SFrameSuite.AES_128_GCM_SHA256_128);
    alice = cast.new Person();
    epoch = cast.epoch();
    sender = cast.new Device(alice).sendsUnder(epoch);
    receiver = cast.new Device(cast.new Person()).holds(epoch).knows(alice);
  }

  @BeforeEach
  void theTextsAreOfOneLength() {
    assertThat(SAID).hasSameSizeAs(WANTED);
  }

  @Test
  void theForgerySucceedsAgainstASignatureOverTheTag() throws Exception {
    byte[] genuine = sender.seals(CAMERA, SAID);
    Bytes signature = alice.sign(tag(genuine));

    byte[] forged = forge(genuine);
    assertThat(forged).isNotEqualTo(genuine);
    assertThat(cast.verify(alice.member, tag(forged), signature))
        .as("Alice's signature over the tag vouches for Mallory's frame")
        .isTrue();
    assertThat(receiver.opens(forged)).isInstanceOf(Opened.class);
    assertThat(receiver.texts().getFirst()).startsWith("Alice: I agree to pay 9999999 eu");
  }

  @Test
  void theForgeryFailsAgainstAVoucher() throws Exception {
    byte[] genuine = sender.seals(CAMERA, SAID);
    Opened opened = (Opened) receiver.opens(forge(genuine));
    assertThat(opened.source()).as("first it is only the group's").isEqualTo(FrameSource.GROUP);

    Vouched vouched = (Vouched) receiver.opens(voucher());
    assertThat(vouched.confirmed()).as("Alice vouches for no forgery").isEmpty();
    assertThat(vouched.disowned()).as("and tells on it").containsExactly(0L);
  }

  @Test
  void theForgeryIsRefusedOnceTheVoucherIsThere() throws Exception {
    byte[] genuine = sender.seals(CAMERA, SAID);
    receiver.opens(voucher());
    assertThat(receiver.opens(forge(genuine))).isEqualTo(Refused.FORGED);
    assertThat(((Opened) receiver.opens(genuine)).source()).isEqualTo(FrameSource.MEMBER);
  }

  @Test
  void theForgeryFailsAgainstASignedFrame() throws Exception {
    byte[] signed = sender.seals(CHAT, SAID);
    byte[] frame = Arrays.copyOf(signed, signed.length - Limits.SIGNATURE_BYTES);
    byte[] forged = Arrays.copyOf(forge(frame), signed.length);
    System.arraycopy(signed, frame.length, forged, frame.length, Limits.SIGNATURE_BYTES);
    assertThat(receiver.opens(forged)).isEqualTo(Refused.FORGED);
    assertThat(receiver.opens(signed)).isInstanceOf(Opened.class);
  }

  @Test
  void metadataOfferedForTheSameFrameAreNoWayRoundEither() throws Exception {
    byte[] text = SAID.getBytes(StandardCharsets.UTF_8);
    Desk desk = Desk.ofThisThread();
    byte[] frame = new byte[200];
    int length =
        ((Sealing.Sealed)
                sender.sealer.seal(
                    Cast.START, CAMERA, text, 0, text.length, new byte[16], frame, 0))
            .length();
    assertThat(FrameDigest.of(desk, frame, 0, length, new byte[16]))
        .isNotEqualTo(FrameDigest.of(desk, frame, 0, length, new byte[17]))
        .isNotEqualTo(FrameDigest.of(desk, frame, 0, length, Cast.NO_METADATA));
  }

  private byte[] voucher() {
    Tick later = Cast.START.plusMillis(Limits.VOUCHER_MILLIS);
    return sender.voucher(later).orElseThrow();
  }

  // ---- Mallory's work, as in the model

  private byte[] forge(byte[] genuine) throws Exception {
    int header = SFrameHeader.measure(genuine, 0, genuine.length);
    byte[] aad = Arrays.copyOf(genuine, header);
    byte[] text = Arrays.copyOfRange(genuine, header, genuine.length - 16);
    KeyAndSalt alices = alicesKey();
    byte[] nonce = alices.salt.clone();
    long counter = SFrameHeader.counter(genuine, 0);
    for (int i = 0; i < 8; i++) {
      nonce[4 + i] ^= (byte) (counter >>> (56 - 8 * i));
    }
    SecretKeySpec key = new SecretKeySpec(alices.key, "AES");
    Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
    gcm.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, nonce));
    byte[] forged = gcm.doFinal(WANTED.getBytes(StandardCharsets.UTF_8));
    forged = Arrays.copyOf(forged, text.length);

    Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
    aes.init(Cipher.ENCRYPT_MODE, key);
    BigInteger h = new BigInteger(1, aes.doFinal(new byte[16]));
    int free = 2; // The third block takes the 16 bytes that set the tag right.
    int blocks = (text.length + 15) / 16;
    BigInteger difference = ghash(h, aad, text).xor(ghash(h, aad, forged));
    BigInteger change = multiply(difference, inverse(power(h, blocks - free + 1)));
    for (int i = 0; i < 16; i++) {
      forged[16 * free + i] ^= change.shiftRight(120 - 8 * i).byteValue();
    }

    byte[] frame = genuine.clone();
    System.arraycopy(forged, 0, frame, header, forged.length);
    return frame;
  }

  private record KeyAndSalt(byte[] key, byte[] salt) {}

  /** RFC 9605, section 4.4.2, once more and by other means. */
  private KeyAndSalt alicesKey() throws Exception {
    long kid = (long) epoch.kidPrefix() << 32 | (alice.self.kidSuffix() & 0xffff_ffffL);
    byte[] secret = hmac(new byte[32], epoch.baseKey(alice.self.stay()));
    return new KeyAndSalt(
        Arrays.copyOf(hmac(secret, info("SFrame 1.0 Secret key ", kid)), 16),
        Arrays.copyOf(hmac(secret, info("SFrame 1.0 Secret salt ", kid)), 12));
  }

  private static byte[] info(String label, long kid) {
    return ByteBuffer.allocate(label.length() + 11)
        .put(label.getBytes(StandardCharsets.US_ASCII))
        .putLong(kid)
        .putShort((short) 4)
        .put((byte) 1)
        .array();
  }

  private static byte[] hmac(byte[] key, byte[] text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HMAC"));
    return mac.doFinal(text);
  }

  private static byte[] tag(byte[] frame) {
    return Arrays.copyOfRange(frame, frame.length - 16, frame.length);
  }

  private static final BigInteger REDUCTION = BigInteger.valueOf(0xe1).shiftLeft(120);

  private static BigInteger multiply(BigInteger x, BigInteger y) {
    BigInteger product = BigInteger.ZERO;
    for (int i = 127; i >= 0; i--) {
      if (y.testBit(i)) {
        product = product.xor(x);
      }
      x = x.testBit(0) ? x.shiftRight(1).xor(REDUCTION) : x.shiftRight(1);
    }
    return product;
  }

  private static BigInteger power(BigInteger x, int exponent) {
    BigInteger out = BigInteger.ONE.shiftLeft(127);
    for (int i = 0; i < exponent; i++) {
      out = multiply(out, x);
    }
    return out;
  }

  /** x to the power 2¹²⁸ − 2. */
  private static BigInteger inverse(BigInteger x) {
    BigInteger out = BigInteger.ONE.shiftLeft(127);
    BigInteger square = x;
    for (int i = 1; i < 128; i++) {
      square = multiply(square, square);
      out = multiply(out, square);
    }
    return out;
  }

  private static BigInteger ghash(BigInteger h, byte[] aad, byte[] text) {
    BigInteger state = blocks(h, BigInteger.ZERO, aad);
    state = blocks(h, state, text);
    BigInteger lengths =
        BigInteger.valueOf(aad.length * 8L).shiftLeft(64).or(BigInteger.valueOf(text.length * 8L));
    return multiply(state.xor(lengths), h);
  }

  private static BigInteger blocks(BigInteger h, BigInteger state, byte[] bytes) {
    for (int at = 0; at < bytes.length; at += 16) {
      byte[] block =
          Arrays.copyOf(Arrays.copyOfRange(bytes, at, Math.min(at + 16, bytes.length)), 16);
      state = multiply(state.xor(new BigInteger(1, block)), h);
    }
    return state;
  }
}
