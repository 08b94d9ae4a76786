package io.keymoot.flatkeying.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.Arrays;

/**
 * What a stranger or a file hands in as a key or a signature gets an answer, never an exception.
 */
class KeyFuzzTest {
  private static final byte[] MESSAGE = {1, 2, 3};
  private static final VerifyKey ED25519 = key(SignatureKind.ED25519);
  private static final VerifyKey P256 = key(SignatureKind.ECDSA_P256);

  private static VerifyKey key(SignatureKind kind) {
    byte[] secret = new byte[32];
    Arrays.fill(secret, (byte) 7);
    return VerifyKey.parse(SigningKey.fromSecret(kind, secret).orThrow().spki()).orThrow();
  }

  @FuzzTest
  void publicKeys(byte[] data) {
    if (VerifyKey.parse(Bytes.of(data)) instanceof Decoded.Ok<VerifyKey>(VerifyKey key)) {
      assertThat(key.spki()).isEqualTo(Bytes.of(data));
      assertThat(key.verify(MESSAGE, Bytes.of(new byte[64]))).isFalse();
    }
  }

  /** Whatever passes for a leaf key can be sealed to. */
  @FuzzTest
  void leafKeys(byte[] data) {
    if (LeafKey.decode(Bytes.of(data)) instanceof Decoded.Ok<LeafKey>(LeafKey key)) {
      assertThat(key.bytes()).isEqualTo(Bytes.of(data));
      try (SharedSecret secret = key.encapsulate(new SeededEntropy(1)).secret()) {
        assertThat(secret).isNotNull();
      }
    }
  }

  @FuzzTest
  void privateKeys(byte[] data) {
    if (SigningKey.fromPkcs8(data) instanceof Decoded.Ok<SigningKey>(SigningKey key)) {
      assertThat(SigningKey.fromPkcs8(key.toPkcs8()).orThrow().spki()).isEqualTo(key.spki());
      VerifyKey half = VerifyKey.parse(key.spki()).orThrow();
      assertThat(half.verify(MESSAGE, key.sign(MESSAGE))).isTrue();
    }
  }

  /** Nobody finds a signature by trying. */
  @FuzzTest
  void signatures(byte[] data) {
    assertThat(ED25519.verify(MESSAGE, Bytes.of(data))).isFalse();
    assertThat(P256.verify(MESSAGE, Bytes.of(data))).isFalse();
  }
}
