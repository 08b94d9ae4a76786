package io.keymoot.flatkeying.crypto;

import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/**
 * ECDSA over P-256 with SHA-256, as r ‖ s of 32 bytes each.
 *
 * <p>Only the lower of the two values of s is written or accepted: otherwise anybody could turn a
 * signature into another valid one. Nonces are RFC 6979's, so that a bad random source cannot give
 * the key away.
 */
final class P256 {
  private static final X9ECParameters CURVE = CustomNamedCurves.getByName("secp256r1");
  private static final ECDomainParameters DOMAIN = new ECDomainParameters(CURVE);
  private static final BigInteger ORDER = DOMAIN.getN();
  private static final BigInteger HALF_ORDER = ORDER.shiftRight(1);
  private static final int NUMBER_BYTES = 32;
  static final int POINT_BYTES = 1 + 2 * NUMBER_BYTES;

  private P256() {}

  /** Whether 32 bytes are a private key: from 1 to the order less 1. */
  static boolean isScalar(byte[] scalar) {
    BigInteger d = new BigInteger(1, scalar);
    return scalar.length == NUMBER_BYTES && d.signum() > 0 && d.compareTo(ORDER) < 0;
  }

  static byte[] publicPoint(byte[] scalar) {
    return new FixedPointCombMultiplier()
        .multiply(DOMAIN.getG(), new BigInteger(1, scalar))
        .normalize()
        .getEncoded(false);
  }

  /**
   * @throws IllegalArgumentException if the bytes are no point of the curve
   */
  static ECPublicKeyParameters publicKey(byte[] uncompressedPoint) {
    ECPoint point = DOMAIN.getCurve().decodePoint(uncompressedPoint);
    return new ECPublicKeyParameters(point, DOMAIN);
  }

  static byte[] sign(byte[] scalar, byte[] message) {
    ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
    signer.init(true, new ECPrivateKeyParameters(new BigInteger(1, scalar), DOMAIN));
    BigInteger[] rs = signer.generateSignature(sha256(message));
    byte[] signature = new byte[2 * NUMBER_BYTES];
    put(rs[0], signature, 0);
    put(rs[1].compareTo(HALF_ORDER) > 0 ? ORDER.subtract(rs[1]) : rs[1], signature, NUMBER_BYTES);
    return signature;
  }

  static boolean verify(ECPublicKeyParameters key, byte[] message, byte[] signature) {
    BigInteger r = new BigInteger(1, Arrays.copyOfRange(signature, 0, NUMBER_BYTES));
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, NUMBER_BYTES, signature.length));
    if (r.signum() == 0 || r.compareTo(ORDER) >= 0) {
      return false;
    }
    if (s.signum() == 0 || s.compareTo(HALF_ORDER) > 0) {
      return false;
    }
    ECDSASigner verifier = new ECDSASigner();
    verifier.init(false, key);
    return verifier.verifySignature(sha256(message), r, s);
  }

  private static byte[] sha256(byte[] message) {
    SHA256Digest digest = new SHA256Digest();
    digest.update(message, 0, message.length);
    byte[] hash = new byte[NUMBER_BYTES];
    digest.doFinal(hash, 0);
    return hash;
  }

  private static void put(BigInteger number, byte[] target, int offset) {
    byte[] bytes = number.toByteArray();
    int skip = Math.max(0, bytes.length - NUMBER_BYTES);
    int length = bytes.length - skip;
    System.arraycopy(bytes, skip, target, offset + NUMBER_BYTES - length, length);
  }
}
