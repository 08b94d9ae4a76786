package io.keymoot.flatkeying.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigningKeyTest {
  private static final byte[] MESSAGE = "a message".getBytes(US_ASCII);

  /** RFC 8032, section 7.1, test 2. */
  @Test
  void ed25519SignsAsItsStandardSays() {
    SigningKey key =
        SigningKey.fromSecret(
                SignatureKind.ED25519,
                hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
            .orThrow();

    assertThat(key.spki().toHex())
        .isEqualTo(
            "302a300506032b6570032100"
                + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    assertThat(key.sign(hex("72")).toHex())
        .isEqualTo(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  }

  /** RFC 6979, section A.2.5, SHA-256; the first s of the two is high there and is turned over. */
  @Test
  void p256SignsWithTheNoncesOfItsStandardAndTheLowerS() {
    SigningKey key =
        SigningKey.fromSecret(
                SignatureKind.ECDSA_P256,
                hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"))
            .orThrow();
    BigInteger order =
        new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);
    BigInteger highS =
        new BigInteger("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8", 16);

    assertThat(key.spki().toHex())
        .endsWith(
            "04"
                + "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
    assertThat(key.sign("sample".getBytes(US_ASCII)).toHex())
        .isEqualTo(
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                + String.format("%064x", order.subtract(highS)));
    assertThat(key.sign("test".getBytes(US_ASCII)).toHex())
        .isEqualTo(
            "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
                + "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083");
  }

  @ParameterizedTest
  @EnumSource
  void anotherLibraryReadsTheKeyAndAgreesOnTheSignature(SignatureKind kind) throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      SigningKey key = SigningKey.generate(kind, new Random(seed)::nextBytes);
      KeyFactory keys = KeyFactory.getInstance(kind == SignatureKind.ED25519 ? "Ed25519" : "EC");
      PublicKey theirs = keys.generatePublic(new X509EncodedKeySpec(key.spki().toArray()));
      PrivateKey secret = keys.generatePrivate(new PKCS8EncodedKeySpec(key.toPkcs8()));
      Signature algorithm =
          Signature.getInstance(
              kind == SignatureKind.ED25519 ? "Ed25519" : "SHA256withECDSAinP1363Format");

      algorithm.initVerify(theirs);
      algorithm.update(MESSAGE);
      assertThat(algorithm.verify(key.sign(MESSAGE).toArray())).isTrue();

      // What it wrote, we read: its PKCS#8 may differ from ours in what is optional.
      SigningKey back = SigningKey.fromPkcs8(secret.getEncoded()).orThrow();
      assertThat(back.spki()).isEqualTo(key.spki());
      assertThat(back.sign(MESSAGE)).isEqualTo(key.sign(MESSAGE));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKeyComesBackFromItsFile(SignatureKind kind) {
    for (int seed = 0; seed < 20; seed++) {
      SigningKey key = SigningKey.generate(kind, new Random(seed)::nextBytes);
      assertThat(SigningKey.fromPkcs8(key.toPkcs8()).orThrow().spki()).isEqualTo(key.spki());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatIsCutOffIsNoKey(SignatureKind kind) {
    byte[] der = SigningKey.generate(kind, new Random(1)::nextBytes).toPkcs8();
    for (int length = 0; length < der.length; length++) {
      assertThat(SigningKey.fromPkcs8(Arrays.copyOf(der, length)))
          .isInstanceOf(Decoded.Malformed.class);
    }
    assertThat(SigningKey.fromPkcs8("-----BEGIN".getBytes(US_ASCII)))
        .isInstanceOf(Decoded.Malformed.class);
  }

  @Test
  void aKeyOfAnotherKindIsRefused() throws Exception {
    for (String algorithm : new String[] {"RSA", "X25519", "Ed448"}) {
      byte[] der =
          java.security.KeyPairGenerator.getInstance(algorithm)
              .generateKeyPair()
              .getPrivate()
              .getEncoded();
      assertThat(SigningKey.fromPkcs8(der)).isInstanceOf(Decoded.Malformed.class);
    }
    var curves = java.security.KeyPairGenerator.getInstance("EC");
    curves.initialize(new ECGenParameterSpec("secp384r1"));
    assertThat(SigningKey.fromPkcs8(curves.generateKeyPair().getPrivate().getEncoded()))
        .isInstanceOf(Decoded.Malformed.class);
  }

  @Test
  void aP256NumberOutsideItsRangeIsNoKey() {
    for (String number :
        new String[] {
          "0000000000000000000000000000000000000000000000000000000000000000",
          "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
          "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        }) {
      assertThat(SigningKey.fromSecret(SignatureKind.ECDSA_P256, hex(number)))
          .isInstanceOf(Decoded.Malformed.class);
    }
    assertThat(SigningKey.fromSecret(SignatureKind.ED25519, new byte[31]))
        .isInstanceOf(Decoded.Malformed.class);
    assertThat(SigningKey.fromSecret(SignatureKind.ECDSA_P256, new byte[33]))
        .isInstanceOf(Decoded.Malformed.class);
  }

  @ParameterizedTest
  @EnumSource
  void theSameRandomnessGivesTheSameKeyAndSigningDrawsNone(SignatureKind kind) {
    Random random = new Random(7);
    SigningKey key = SigningKey.generate(kind, random::nextBytes);
    long next = random.nextLong();
    Random again = new Random(7);
    SigningKey same = SigningKey.generate(kind, again::nextBytes);

    assertThat(same.spki()).isEqualTo(key.spki());
    assertThat(same.sign(MESSAGE)).isEqualTo(key.sign(MESSAGE)).isEqualTo(key.sign(MESSAGE));
    assertThat(again.nextLong()).isEqualTo(next);
  }

  @Test
  void aRandomSourceThatIsStuckGivesNoP256Key() {
    assertThatThrownBy(() -> SigningKey.generate(SignatureKind.ECDSA_P256, target -> {}))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource
  void aClosedKeyIsOverwrittenAndSignsNothing(SignatureKind kind) throws Exception {
    SigningKey key = SigningKey.generate(kind, new Random(3)::nextBytes);
    var field = SigningKey.class.getDeclaredField("secret");
    field.setAccessible(true);
    byte[] secret = (byte[]) field.get(key);
    assertThat(secret).isNotEqualTo(new byte[32]);

    key.close();

    assertThat(secret).isEqualTo(new byte[32]);
    assertThatThrownBy(() -> key.sign(MESSAGE)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(key::toPkcs8).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource
  void aKeyFromAnArrayDoesNotShareIt(SignatureKind kind) {
    byte[] secret = SigningKey.generate(kind, new Random(4)::nextBytes).toPkcs8();
    SigningKey key = SigningKey.fromPkcs8(secret).orThrow();
    byte[] raw = Arrays.copyOfRange(secret, secret.length - 32, secret.length);
    SigningKey same = SigningKey.fromSecret(kind, raw).orThrow();
    Arrays.fill(raw, (byte) 0);
    Arrays.fill(secret, (byte) 0);

    assertThat(same.sign(MESSAGE)).isEqualTo(key.sign(MESSAGE));
  }

  @ParameterizedTest
  @EnumSource
  void aKeyDoesNotPrintItsSecret(SignatureKind kind) {
    SigningKey key = SigningKey.generate(kind, new Random(5)::nextBytes);
    byte[] der = key.toPkcs8();
    String secret = Bytes.of(der, der.length - 32, 32).toHex();
    assertThat(key.toString()).doesNotContain(secret.substring(0, 8)).contains(kind.name());
  }

  private static byte[] hex(String hex) {
    return Bytes.fromHex(hex).toArray();
  }
}
