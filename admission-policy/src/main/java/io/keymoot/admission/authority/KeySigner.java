package io.keymoot.admission.authority;

import io.keymoot.flatkeying.crypto.SigningKey;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;

/** Lets the library's builders sign with a {@link SigningKey}. */
final class KeySigner implements ContentSigner {
  private final SigningKey key;
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();

  KeySigner(SigningKey key) {
    this.key = key;
  }

  @Override
  public AlgorithmIdentifier getAlgorithmIdentifier() {
    ASN1ObjectIdentifier algorithm =
        switch (key.kind()) {
          case ED25519 -> EdECObjectIdentifiers.id_Ed25519;
          case ECDSA_P256 -> X9ObjectIdentifiers.ecdsa_with_SHA256;
        };
    return new AlgorithmIdentifier(algorithm);
  }

  @Override
  public OutputStream getOutputStream() {
    return content;
  }

  @Override
  public byte[] getSignature() {
    byte[] raw = key.sign(content.toByteArray()).toArray();
    return switch (key.kind()) {
      case ED25519 -> raw;
      case ECDSA_P256 -> pair(raw);
    };
  }

  /** Certificates have ECDSA's two numbers as a DER sequence. */
  private static byte[] pair(byte[] raw) {
    int half = raw.length / 2;
    ASN1EncodableVector pair = new ASN1EncodableVector();
    pair.add(new ASN1Integer(new BigInteger(1, raw, 0, half)));
    pair.add(new ASN1Integer(new BigInteger(1, raw, half, half)));
    return DistinguishedNames.encoded(new DERSequence(pair)).toArray();
  }
}
