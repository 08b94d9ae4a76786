package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.Arrays;
import java.util.Objects;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * The public half of a device's signing key: checks signatures and knows its one encoding.
 *
 * <p>An Ed25519 key of small order is refused: some signatures hold under it for every message.
 * What is not checked, for it would double the cost of every signature: that an Ed25519 key or
 * nonce point has no part of small order at all. Only who holds the key can make such a signature;
 * whether it holds is then what Bouncy Castle's equation says, for all peers alike. A change of
 * library has to keep that, or be a new protocol version.
 */
public final class VerifyKey {
  private static final int SIGNATURE_BYTES = 64;

  private final Bytes spki;
  private final Ed25519.@Nullable PublicPoint edwards;
  private final @Nullable ECPublicKeyParameters p256;

  private VerifyKey(
      Bytes spki, Ed25519.@Nullable PublicPoint edwards, @Nullable ECPublicKeyParameters p256) {
    this.spki = spki;
    this.edwards = edwards;
    this.p256 = p256;
  }

  /** Reads a SubjectPublicKeyInfo: Ed25519 (44 bytes) or uncompressed P-256 (91 bytes). */
  public static Decoded<VerifyKey> parse(Bytes spki) {
    if (Spki.is(SignatureKind.ED25519, spki, Ed25519.PUBLIC_KEY_SIZE)) {
      Ed25519.PublicPoint point =
          Ed25519.validatePublicKeyPartialExport(keyIn(spki, Ed25519.PUBLIC_KEY_SIZE), 0);
      return point == null
          ? new Decoded.Malformed<>("the Ed25519 key is no point, or one of small order")
          : new Decoded.Ok<>(new VerifyKey(spki, point, null));
    }
    if (Spki.is(SignatureKind.ECDSA_P256, spki, P256.POINT_BYTES)) {
      byte[] point = keyIn(spki, P256.POINT_BYTES);
      if (point[0] != 4) {
        return new Decoded.Malformed<>("the P-256 point is not in the uncompressed form");
      }
      try {
        return new Decoded.Ok<>(new VerifyKey(spki, null, P256.publicKey(point)));
      } catch (IllegalArgumentException e) {
        return new Decoded.Malformed<>("the P-256 key is no point of the curve");
      }
    }
    return new Decoded.Malformed<>(
        "a signing key is Ed25519 (44 bytes) or uncompressed P-256 (91 bytes) in its one DER form");
  }

  private static byte[] keyIn(Bytes spki, int length) {
    byte[] all = spki.toArray();
    return Arrays.copyOfRange(all, all.length - length, all.length);
  }

  public SignatureKind kind() {
    return edwards != null ? SignatureKind.ED25519 : SignatureKind.ECDSA_P256;
  }

  public Bytes spki() {
    return spki;
  }

  /** Whether this key signed {@code message}. Never throws, whatever the signature's bytes. */
  public boolean verify(byte[] message, Bytes signature) {
    if (signature.length() != SIGNATURE_BYTES) {
      return false;
    }
    byte[] raw = signature.toArray();
    return edwards != null
        ? Ed25519.verify(raw, 0, edwards, message, 0, message.length)
        : P256.verify(Objects.requireNonNull(p256), message, raw);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VerifyKey that && spki.equals(that.spki);
  }

  @Override
  public int hashCode() {
    return spki.hashCode();
  }

  @Override
  public String toString() {
    return "VerifyKey[" + kind() + " " + spki + "]";
  }
}
