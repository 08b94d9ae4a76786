package io.keymoot.admission.certificate;

import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.VerifyKey;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.math.BigInteger;
import java.util.Optional;

/**
 * Which keys are accepted in certificates, and whether they made a certificate's signature.
 *
 * <p>A key is its bytes here: a fingerprint is a hash of them, so a second spelling of one key (a
 * compressed point, algorithm parameters) would be a second device.
 */
public final class PublicKeys {
  private PublicKeys() {}

  private static final int NUMBER = 32;

  /** The order of P-256. */
  private static final BigInteger ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  /** Why a key is not accepted; empty when it is. */
  public static Optional<String> fault(Bytes key) {
    return switch (VerifyKey.parse(key)) {
      case Decoded.Ok<VerifyKey> ok -> Optional.empty();
      case Decoded.Malformed<VerifyKey> bad -> Optional.of(kind(key).orElse(bad.reason()));
    };
  }

  /** Checks a signature of a certificate: 64 bytes of Ed25519, or a DER pair for ECDSA. */
  public static boolean holdsInCertificate(
      Bytes key, String algorithm, Bytes message, Bytes signature) {
    if (!(VerifyKey.parse(key) instanceof Decoded.Ok<VerifyKey> ok)) {
      return false;
    }
    VerifyKey verifier = ok.value();
    return switch (algorithm) {
      case Oids.ED25519 ->
          verifier.kind() == SignatureKind.ED25519 && verifier.verify(message.toArray(), signature);
      case Oids.ECDSA_SHA256 ->
          verifier.kind() == SignatureKind.ECDSA_P256
              && fromDer(signature)
                  .map(raw -> verifier.verify(message.toArray(), raw))
                  .orElse(false);
      default -> false;
    };
  }

  /** Checks a signature of the protocol, 64 bytes. */
  public static boolean holds(Bytes key, Bytes message, Bytes signature) {
    return VerifyKey.parse(key) instanceof Decoded.Ok<VerifyKey> ok
        && ok.value().verify(message.toArray(), signature);
  }

  /**
   * The pair of an ECDSA signature as r ‖ s, with s moved to the lower half. In certificates s may
   * lie in either half: ordinary authorities make both. So anybody can make of one certificate a
   * second that holds, with the same content. A device that shows it has said so itself, for it
   * signs the hash over all of its credential; but nothing may tell certificates apart by their
   * bytes.
   */
  private static Optional<Bytes> fromDer(Bytes signature) {
    try {
      Der outer = Der.of(signature);
      Der pair = outer.enter(Der.SEQUENCE, "the signature");
      outer.end("the signature");
      BigInteger r = pair.integer(NUMBER, "r");
      BigInteger s = pair.integer(NUMBER, "s");
      pair.end("the signature");
      if (r.signum() <= 0 || s.signum() <= 0 || s.compareTo(ORDER) >= 0) {
        return Optional.empty();
      }
      BigInteger low = s.compareTo(ORDER.shiftRight(1)) > 0 ? ORDER.subtract(s) : s;
      byte[] raw = new byte[2 * NUMBER];
      put(r, raw, 0);
      put(low, raw, NUMBER);
      return Optional.of(Bytes.owning(raw));
    } catch (Der.Malformed e) {
      return Optional.empty();
    }
  }

  private static void put(BigInteger number, byte[] target, int offset) {
    byte[] bytes = number.toByteArray();
    int sign = bytes.length > NUMBER ? 1 : 0;
    int length = bytes.length - sign;
    System.arraycopy(bytes, sign, target, offset + NUMBER - length, length);
  }

  /** What a key is that is of neither kind, in the words people use. */
  private static Optional<String> kind(Bytes key) {
    String accepted = "; Ed25519 and ECDSA P-256 are accepted";
    try {
      Der outer = Der.of(key).enter(Der.SEQUENCE, "the key");
      Der algorithm = outer.enter(Der.SEQUENCE, "the key's algorithm");
      String oid = algorithm.oid("the key's algorithm");
      if (oid.equals(Oids.ED25519)) {
        return Optional.empty();
      }
      if (!oid.equals(Oids.EC_KEY)) {
        return Optional.of("its key is " + Oids.algorithm(oid) + accepted);
      }
      if (algorithm.tag() != Der.OBJECT_IDENTIFIER) {
        return Optional.of("its key is on a curve without a name" + accepted);
      }
      String curve = Oids.algorithm(algorithm.oid("the key's curve"));
      return curve.equals("P-256")
          ? Optional.empty()
          : Optional.of("its key is on the curve " + curve + accepted);
    } catch (Der.Malformed e) {
      return Optional.of("its key is malformed");
    }
  }
}
