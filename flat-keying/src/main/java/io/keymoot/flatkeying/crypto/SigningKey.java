package io.keymoot.flatkeying.crypto;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.bouncycastle.util.BigIntegers;

/**
 * The secret half of a device's signing key.
 *
 * <p>{@link #close} overwrites the 32 secret bytes this object holds. It cannot reach what a moving
 * garbage collector left behind, nor the big numbers that P-256 computes with: after closing, old
 * memory may hold the key for a while. Signing needs no randomness, of either kind.
 */
public final class SigningKey implements AutoCloseable {
  private static final int SECRET_BYTES = 32;
  private static final int SIGNATURE_BYTES = 64;
  private static final ASN1ObjectIdentifier ED25519 = new ASN1ObjectIdentifier("1.3.101.112");
  private static final Bytes ED25519_PKCS8 = Bytes.fromHex("302e020100300506032b657004220420");
  // An ECPrivateKey within, of the number alone: the public half follows from it.
  private static final Bytes P256_PKCS8 =
      Bytes.fromHex("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420");

  private final SignatureKind kind;
  private final byte[] secret;
  private final byte[] publicKey;
  private final Bytes spki;
  private boolean closed;

  /** Takes the array over. */
  private SigningKey(SignatureKind kind, byte[] secret) {
    this.kind = kind;
    this.secret = secret;
    this.publicKey =
        switch (kind) {
          case ED25519 -> {
            byte[] key = new byte[Ed25519.PUBLIC_KEY_SIZE];
            Ed25519.generatePublicKey(secret, 0, key, 0);
            yield key;
          }
          case ECDSA_P256 -> P256.publicPoint(secret);
        };
    this.spki = Spki.of(kind, publicKey);
  }

  public static SigningKey generate(SignatureKind kind, Entropy entropy) {
    // One draw in four billion is no P-256 key; a source that fails 64 times is broken.
    for (int draw = 0; draw < 64; draw++) {
      byte[] secret = entropy.bytes(SECRET_BYTES);
      if (isSecret(kind, secret)) {
        return new SigningKey(kind, secret);
      }
    }
    throw new IllegalStateException("the random source gives no usable key");
  }

  /** From an Ed25519 seed or a P-256 number, 32 bytes each, which are copied. */
  public static Decoded<SigningKey> fromSecret(SignatureKind kind, byte[] secret) {
    return isSecret(kind, secret)
        ? new Decoded.Ok<>(new SigningKey(kind, secret.clone()))
        : new Decoded.Malformed<>("these are not the 32 secret bytes of a " + kind + " key");
  }

  /** From PKCS#8 (DER, unencrypted), as identities stand in files. The caller wipes its array. */
  public static Decoded<SigningKey> fromPkcs8(byte[] der) {
    try {
      PrivateKeyInfo info = PrivateKeyInfo.getInstance(der);
      var algorithm = info.getPrivateKeyAlgorithm();
      if (algorithm.getAlgorithm().equals(ED25519)) {
        return fromOwned(
            SignatureKind.ED25519, ASN1OctetString.getInstance(info.parsePrivateKey()).getOctets());
      }
      if (algorithm.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)
          && SECObjectIdentifiers.secp256r1.equals(algorithm.getParameters())) {
        BigInteger number = ECPrivateKey.getInstance(info.parsePrivateKey()).getKey();
        return fromOwned(
            SignatureKind.ECDSA_P256, BigIntegers.asUnsignedByteArray(SECRET_BYTES, number));
      }
      return new Decoded.Malformed<>("the private key is neither Ed25519 nor P-256");
    } catch (IOException | RuntimeException e) {
      // The ASN.1 reader fails in many ways, all of which mean the same. Its words are left out:
      // they
      // may quote the file.
      return new Decoded.Malformed<>("this is no PKCS#8 private key");
    }
  }

  private static Decoded<SigningKey> fromOwned(SignatureKind kind, byte[] secret) {
    try {
      return fromSecret(kind, secret);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private static boolean isSecret(SignatureKind kind, byte[] secret) {
    return secret.length == SECRET_BYTES
        && switch (kind) {
          case ED25519 -> true;
          case ECDSA_P256 -> P256.isScalar(secret);
        };
  }

  public SignatureKind kind() {
    return kind;
  }

  public Bytes spki() {
    return spki;
  }

  /** 64 bytes: Ed25519's, or r ‖ s with the lower s. */
  public Bytes sign(byte[] message) {
    mustBeOpen();
    return switch (kind) {
      case ED25519 -> {
        byte[] signature = new byte[SIGNATURE_BYTES];
        Ed25519.sign(secret, 0, publicKey, 0, message, 0, message.length, signature, 0);
        yield Bytes.owning(signature);
      }
      case ECDSA_P256 -> Bytes.owning(P256.sign(secret, message));
    };
  }

  /**
   * For the file that keeps an identity, the one place where the secret leaves; the caller wipes.
   */
  public byte[] toPkcs8() {
    mustBeOpen();
    Bytes prefix =
        switch (kind) {
          case ED25519 -> ED25519_PKCS8;
          case ECDSA_P256 -> P256_PKCS8;
        };
    byte[] der = Arrays.copyOf(prefix.toArray(), prefix.length() + SECRET_BYTES);
    System.arraycopy(secret, 0, der, prefix.length(), SECRET_BYTES);
    return der;
  }

  private void mustBeOpen() {
    if (closed) {
      throw new IllegalStateException("this signing key is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
    Arrays.fill(secret, (byte) 0);
  }

  @Override
  public String toString() {
    return "SigningKey[" + kind + " " + spki + "]";
  }
}
