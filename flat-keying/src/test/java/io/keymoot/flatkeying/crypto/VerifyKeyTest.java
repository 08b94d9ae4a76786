package io.keymoot.flatkeying.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyKeyTest {
  private static final BigInteger P256_ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
  private static final BigInteger ED25519_ORDER =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
  private static final byte[] MESSAGE = "a message".getBytes(US_ASCII);

  private final Random random = new Random(1);

  @ParameterizedTest
  @EnumSource
  void aKeySignsItsMessageAndNoOther(SignatureKind kind) {
    SigningKey signing = SigningKey.generate(kind, random::nextBytes);
    VerifyKey key = VerifyKey.parse(signing.spki()).orThrow();
    Bytes signature = signing.sign(MESSAGE);

    assertThat(key.kind()).isEqualTo(kind);
    assertThat(key.spki()).isEqualTo(signing.spki());
    assertThat(signature.length()).isEqualTo(64);
    assertThat(key.verify(MESSAGE, signature)).isTrue();
    assertThat(key.verify("another".getBytes(US_ASCII), signature)).isFalse();
    assertThat(key.verify(new byte[0], signature)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void noBitOfASignatureMayChange(SignatureKind kind) {
    SigningKey signing = SigningKey.generate(kind, random::nextBytes);
    VerifyKey key = VerifyKey.parse(signing.spki()).orThrow();
    byte[] signature = signing.sign(MESSAGE).toArray();
    for (int bit = 0; bit < 8 * signature.length; bit++) {
      byte[] altered = signature.clone();
      altered[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(key.verify(MESSAGE, Bytes.of(altered))).as("bit %d", bit).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anySignatureGetsAnAnswerAndNoException(SignatureKind kind) {
    VerifyKey key = VerifyKey.parse(SigningKey.generate(kind, random::nextBytes).spki()).orThrow();
    for (int length : new int[] {0, 1, 32, 63, 65, 72, 128}) {
      assertThat(key.verify(MESSAGE, Bytes.of(new byte[length]))).isFalse();
    }
    byte[] signature = new byte[64];
    assertThat(key.verify(MESSAGE, Bytes.of(signature))).isFalse();
    Arrays.fill(signature, (byte) 0xff);
    assertThat(key.verify(MESSAGE, Bytes.of(signature))).isFalse();
    for (int i = 0; i < 500; i++) {
      random.nextBytes(signature);
      assertThat(key.verify(MESSAGE, Bytes.of(signature))).isFalse();
    }
  }

  // ---- P-256

  @Test
  void theHigherOfTheTwoValuesOfSIsRefused() {
    SigningKey signing = SigningKey.generate(SignatureKind.ECDSA_P256, random::nextBytes);
    VerifyKey key = VerifyKey.parse(signing.spki()).orThrow();
    for (int i = 0; i < 20; i++) {
      byte[] message = {(byte) i};
      byte[] signature = signing.sign(message).toArray();
      BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));

      assertThat(s).isLessThanOrEqualTo(P256_ORDER.shiftRight(1));
      assertThat(key.verify(message, Bytes.of(signature))).isTrue();
      assertThat(key.verify(message, withS(signature, P256_ORDER.subtract(s)))).isFalse();
    }
  }

  @Test
  void ofAPairOfValuesOutsideTheirRangeNeitherIsTaken() {
    SigningKey signing = SigningKey.generate(SignatureKind.ECDSA_P256, random::nextBytes);
    VerifyKey key = VerifyKey.parse(signing.spki()).orThrow();
    byte[] signature = signing.sign(MESSAGE).toArray();
    for (BigInteger wrong :
        List.of(
            BigInteger.ZERO,
            P256_ORDER,
            P256_ORDER.add(BigInteger.ONE),
            BigInteger.TWO.pow(256).subtract(BigInteger.ONE))) {
      assertThat(key.verify(MESSAGE, withS(signature, wrong))).as("s = %s", wrong).isFalse();
      byte[] otherR = signature.clone();
      System.arraycopy(fixed(wrong), 0, otherR, 0, 32);
      assertThat(key.verify(MESSAGE, Bytes.of(otherR))).as("r = %s", wrong).isFalse();
    }
  }

  @Test
  void aP256KeyIsAPointOfTheCurveInItsOneForm() {
    byte[] spki = SigningKey.generate(SignatureKind.ECDSA_P256, random::nextBytes).spki().toArray();

    byte[] offTheCurve = spki.clone();
    offTheCurve[90] ^= 1;
    byte[] zero = spki.clone();
    Arrays.fill(zero, 27, 91, (byte) 0);
    byte[] aboveTheField = spki.clone();
    Arrays.fill(aboveTheField, 27, 59, (byte) 0xff);
    byte[] infinity = Arrays.copyOf(spki, 27);
    infinity[26] = 0;
    byte[] compressed = Arrays.copyOf(spki, 59);
    compressed[26] = (byte) (2 + (spki[90] & 1));
    // The SEC1 "hybrid" form, which some libraries take for the same point.
    byte[] hybrid = spki.clone();
    hybrid[26] = (byte) (6 + (spki[90] & 1));

    for (byte[] wrong : List.of(offTheCurve, zero, aboveTheField, infinity, compressed, hybrid)) {
      assertThat(VerifyKey.parse(Bytes.of(wrong))).isInstanceOf(Decoded.Malformed.class);
    }
  }

  // ---- Ed25519

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Orders 1, 2, 4, 4, 8, 8, 8, 8, then their encodings that are not canonical.
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      })
  void anEd25519KeyOfSmallOrderIsRefused(String point) {
    assertThat(VerifyKey.parse(Spki.of(SignatureKind.ED25519, Bytes.fromHex(point).toArray())))
        .isInstanceOf(Decoded.Malformed.class);
  }

  @Test
  void anEd25519KeyThatIsNoPointIsRefused() {
    byte[] two = new byte[32];
    two[0] = 2;
    assertThat(VerifyKey.parse(Spki.of(SignatureKind.ED25519, two)))
        .isInstanceOf(Decoded.Malformed.class);
  }

  @Test
  void theSameNumberModuloTheOrderIsAnotherEd25519Signature() {
    SigningKey signing = SigningKey.generate(SignatureKind.ED25519, random::nextBytes);
    VerifyKey key = VerifyKey.parse(signing.spki()).orThrow();
    byte[] signature = signing.sign(MESSAGE).toArray();
    byte[] reversed = new byte[32];
    for (int i = 0; i < 32; i++) {
      reversed[31 - i] = signature[32 + i];
    }
    byte[] more = fixed(new BigInteger(1, reversed).add(ED25519_ORDER));
    for (int i = 0; i < 32; i++) {
      signature[32 + i] = more[31 - i];
    }
    assertThat(key.verify(MESSAGE, Bytes.of(signature))).isFalse();
  }

  // ---- the encoding of keys

  @ParameterizedTest
  @EnumSource
  void aKeyHasOneEncoding(SignatureKind kind) {
    byte[] spki = SigningKey.generate(kind, random::nextBytes).spki().toArray();
    int prefix = Spki.prefix(kind).length();
    for (int i = 0; i < prefix; i++) {
      byte[] altered = spki.clone();
      altered[i] ^= 1;
      assertThat(VerifyKey.parse(Bytes.of(altered))).isInstanceOf(Decoded.Malformed.class);
    }
    for (int length = 0; length < spki.length; length++) {
      assertThat(VerifyKey.parse(Bytes.of(spki, 0, length))).isInstanceOf(Decoded.Malformed.class);
    }
    assertThat(VerifyKey.parse(Bytes.of(Arrays.copyOf(spki, spki.length + 1))))
        .isInstanceOf(Decoded.Malformed.class);
  }

  private static Bytes withS(byte[] signature, BigInteger s) {
    byte[] other = signature.clone();
    System.arraycopy(fixed(s), 0, other, 32, 32);
    return Bytes.of(other);
  }

  private static byte[] fixed(BigInteger number) {
    byte[] bytes = new byte[32];
    byte[] raw = number.toByteArray();
    int length = Math.min(32, raw.length);
    System.arraycopy(raw, raw.length - length, bytes, 32 - length, length);
    return bytes;
  }
}
