package io.keymoot.admission.certificate;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * The two kinds of key, each with one encoding as SubjectPublicKeyInfo, and their signatures.
 *
 * <p>A key is its bytes here: a fingerprint is a hash of them, so a second spelling of one key (a
 * compressed point, algorithm parameters) would be a second device.
 */
public final class PublicKeys {
  private PublicKeys() {}

  private static final Bytes ED25519_HEAD = Bytes.fromHex("302a300506032b6570032100");
  private static final Bytes P256_HEAD =
      Bytes.fromHex("3059301306072a8648ce3d020106082a8648ce3d030107034200");
  private static final int P256_POINT = 65;
  private static final int NUMBER = 32;

  private static final ECDomainParameters P256 = p256();

  private static ECDomainParameters p256() {
    X9ECParameters curve = CustomNamedCurves.getByName("P-256");
    return new ECDomainParameters(curve);
  }

  public static boolean isEd25519(Bytes key) {
    return key.length() == ED25519_HEAD.length() + Ed25519.PUBLIC_KEY_SIZE
        && startsWith(key, ED25519_HEAD);
  }

  public static boolean isP256(Bytes key) {
    return key.length() == P256_HEAD.length() + P256_POINT && startsWith(key, P256_HEAD);
  }

  /** SubjectPublicKeyInfo of 32 bytes of Ed25519 public key. */
  public static Bytes ed25519(byte[] publicKey) {
    return join(ED25519_HEAD, publicKey);
  }

  /** SubjectPublicKeyInfo of an uncompressed P-256 point, 65 bytes. */
  public static Bytes p256(byte[] point) {
    return join(P256_HEAD, point);
  }

  /** Why a key is not accepted; empty when it is. */
  public static Optional<String> fault(Bytes key) {
    if (isEd25519(key)) {
      // A point of small order would "sign" anything; full validation leaves none.
      return Ed25519.validatePublicKeyFull(raw(key, ED25519_HEAD), 0)
          ? Optional.empty()
          : Optional.of("its Ed25519 key is not a valid point");
    }
    if (isP256(key)) {
      return point(key).isPresent()
          ? Optional.empty()
          : Optional.of("its P-256 key is not a point of the curve");
    }
    return Optional.of("its key " + kind(key) + "; Ed25519 and ECDSA P-256 are accepted");
  }

  /** Checks a signature of a certificate: 64 bytes of Ed25519, or a DER pair for ECDSA. */
  static boolean holdsInCertificate(Bytes key, String algorithm, Bytes message, Bytes signature) {
    return switch (algorithm) {
      case Oids.ED25519 -> isEd25519(key) && ed25519Holds(key, message, signature);
      case Oids.ECDSA_SHA256 -> isP256(key) && ecdsaHoldsInDer(key, message, signature);
      default -> false;
    };
  }

  /**
   * Checks a signature of the protocol: 64 bytes, for ECDSA r ‖ s with s in the lower half, so that
   * nobody can make a second signature out of the first.
   */
  public static boolean holds(Bytes key, Bytes message, Bytes signature) {
    if (signature.length() != Ed25519.SIGNATURE_SIZE) {
      return false;
    }
    if (isEd25519(key)) {
      return ed25519Holds(key, message, signature);
    }
    if (!isP256(key)) {
      return false;
    }
    BigInteger r = new BigInteger(1, signature.slice(0, NUMBER).toArray());
    BigInteger s = new BigInteger(1, signature.slice(NUMBER, NUMBER).toArray());
    return s.compareTo(P256.getN().shiftRight(1)) <= 0 && ecdsaHolds(key, message, r, s);
  }

  private static boolean ed25519Holds(Bytes key, Bytes message, Bytes signature) {
    byte[] raw = raw(key, ED25519_HEAD);
    byte[] text = message.toArray();
    return signature.length() == Ed25519.SIGNATURE_SIZE
        && Ed25519.validatePublicKeyFull(raw, 0)
        && Ed25519.verify(signature.toArray(), 0, raw, 0, text, 0, text.length);
  }

  /**
   * In certificates s may lie in either half: ordinary authorities make both. Nothing rests on such
   * a signature being the only one, for a credential is named by the hash over all its bytes and
   * the device signs that hash.
   */
  private static boolean ecdsaHoldsInDer(Bytes key, Bytes message, Bytes signature) {
    try {
      Der outer = Der.of(signature);
      Der pair = outer.enter(Der.SEQUENCE, "the signature");
      outer.end("the signature");
      BigInteger r = pair.integer(NUMBER, "r");
      BigInteger s = pair.integer(NUMBER, "s");
      pair.end("the signature");
      return ecdsaHolds(key, message, r, s);
    } catch (Der.Malformed e) {
      return false;
    }
  }

  private static boolean ecdsaHolds(Bytes key, Bytes message, BigInteger r, BigInteger s) {
    BigInteger n = P256.getN();
    boolean inRange = r.signum() > 0 && s.signum() > 0 && r.compareTo(n) < 0 && s.compareTo(n) < 0;
    Optional<ECPublicKeyParameters> point = point(key);
    if (!inRange || point.isEmpty()) {
      return false;
    }
    ECDSASigner verifier = new ECDSASigner();
    verifier.init(false, point.get());
    return verifier.verifySignature(Hash32.sha256(message.toArray()).toArray(), r, s);
  }

  private static Optional<ECPublicKeyParameters> point(Bytes key) {
    if (key.at(P256_HEAD.length()) != 4) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ECPublicKeyParameters(P256.getCurve().decodePoint(raw(key, P256_HEAD)), P256));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String kind(Bytes key) {
    try {
      Der outer = Der.of(key).enter(Der.SEQUENCE, "the key");
      Der algorithm = outer.enter(Der.SEQUENCE, "the key's algorithm");
      String oid = algorithm.oid("the key's algorithm");
      if (!oid.equals("1.2.840.10045.2.1")) {
        return oid.equals(Oids.ED25519)
            ? "is Ed25519 in an unusual encoding"
            : "is " + Oids.algorithm(oid);
      }
      if (algorithm.tag() != Der.OBJECT_IDENTIFIER) {
        return "is on a curve without a name";
      }
      String curve = Oids.algorithm(algorithm.oid("the key's curve"));
      return curve.equals("P-256")
          ? "is P-256 in an unusual encoding, such as a compressed point"
          : "is on the curve " + curve;
    } catch (Der.Malformed e) {
      return "is malformed";
    }
  }

  private static byte[] raw(Bytes key, Bytes head) {
    return key.slice(head.length(), key.length() - head.length()).toArray();
  }

  private static boolean startsWith(Bytes key, Bytes head) {
    return key.slice(0, head.length()).equals(head);
  }

  private static Bytes join(Bytes head, byte[] tail) {
    byte[] joined = new byte[head.length() + tail.length];
    head.copyTo(joined, 0);
    System.arraycopy(tail, 0, joined, head.length(), tail.length);
    return Bytes.owning(joined);
  }
}
