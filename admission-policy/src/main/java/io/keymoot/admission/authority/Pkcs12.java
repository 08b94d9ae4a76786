package io.keymoot.admission.authority;

import io.keymoot.admission.certificate.Certificate;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.AuthenticatedSafe;
import org.bouncycastle.asn1.pkcs.CertBag;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.MacData;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.SafeBag;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.crypto.CipherParameters;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.PBEParametersGenerator;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.generators.PKCS12ParametersGenerator;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.paddings.PaddedBufferedBlockCipher;
import org.bouncycastle.crypto.params.ParametersWithIV;

/**
 * Writes PKCS#12: the key under AES-256 and PBKDF2 with SHA-256, the certificates in the open, a
 * MAC over both. By hand, because the builders of the platform and of the library draw salts from
 * randomness of their own.
 */
final class Pkcs12 {
  private Pkcs12() {}

  /** What a guess at a password costs; about half a second on a desktop. */
  private static final int ITERATIONS = 600_000;

  private static final int SALT_BYTES = 16;
  private static final int BLOCK_BYTES = 16;
  private static final int KEY_BITS = 256;

  static byte[] write(
      SigningKey key, List<Certificate> chain, String name, char[] password, Entropy entropy) {
    ASN1Encodable keyId = new DEROctetString(Hash32.sha256(key.spki().toArray()).toArray());
    ASN1EncodableVector certificates = new ASN1EncodableVector();
    for (int i = 0; i < chain.size(); i++) {
      CertBag bag =
          new CertBag(
              PKCSObjectIdentifiers.x509Certificate,
              new DEROctetString(chain.get(i).der().toArray()));
      certificates.add(
          i == 0
              ? new SafeBag(
                  PKCSObjectIdentifiers.certBag, bag.toASN1Primitive(), attributes(keyId, name))
              : new SafeBag(PKCSObjectIdentifiers.certBag, bag.toASN1Primitive()));
    }
    SafeBag keyBag =
        new SafeBag(
            PKCSObjectIdentifiers.pkcs8ShroudedKeyBag,
            encrypted(key, password, entropy).toASN1Primitive(),
            attributes(keyId, name));
    ContentInfo[] parts = {
      data(new DERSequence(keyBag).toASN1Primitive()),
      data(new DERSequence(certificates).toASN1Primitive())
    };
    byte[] safe = DistinguishedNames.encoded(new AuthenticatedSafe(parts)).toArray();
    Pfx file =
        new Pfx(
            new ContentInfo(PKCSObjectIdentifiers.data, new DEROctetString(safe)),
            mac(safe, password, entropy.bytes(SALT_BYTES)));
    return DistinguishedNames.encoded(file).toArray();
  }

  private static ContentInfo data(ASN1Primitive content) {
    return new ContentInfo(
        PKCSObjectIdentifiers.data,
        new DEROctetString(DistinguishedNames.encoded(content).toArray()));
  }

  private static DERSet attributes(ASN1Encodable keyId, String name) {
    return new DERSet(
        new ASN1Encodable[] {
          new DERSequence(
              new ASN1Encodable[] {
                PKCSObjectIdentifiers.pkcs_9_at_friendlyName, new DERSet(new DERBMPString(name))
              }),
          new DERSequence(
              new ASN1Encodable[] {PKCSObjectIdentifiers.pkcs_9_at_localKeyId, new DERSet(keyId)})
        });
  }

  private static EncryptedPrivateKeyInfo encrypted(
      SigningKey key, char[] password, Entropy entropy) {
    byte[] salt = entropy.bytes(SALT_BYTES);
    byte[] iv = entropy.bytes(BLOCK_BYTES);
    byte[] secret = PBEParametersGenerator.PKCS5PasswordToUTF8Bytes(password);
    PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SHA256Digest());
    generator.init(secret, salt, ITERATIONS);
    CipherParameters derived = generator.generateDerivedParameters(KEY_BITS);
    Arrays.fill(secret, (byte) 0);

    PaddedBufferedBlockCipher cipher =
        new PaddedBufferedBlockCipher(CBCBlockCipher.newInstance(AESEngine.newInstance()));
    cipher.init(true, new ParametersWithIV(derived, iv));
    byte[] der = key.toPkcs8();
    byte[] sealed = new byte[cipher.getOutputSize(der.length)];
    int length = cipher.processBytes(der, 0, der.length, sealed, 0);
    try {
      length += cipher.doFinal(sealed, length);
    } catch (InvalidCipherTextException e) {
      throw new IllegalStateException("only decryption finds text invalid", e);
    } finally {
      Arrays.fill(der, (byte) 0);
    }
    PBKDF2Params derivation =
        new PBKDF2Params(
            salt,
            ITERATIONS,
            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE));
    PBES2Parameters scheme =
        new PBES2Parameters(
            new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, derivation),
            new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(iv)));
    return new EncryptedPrivateKeyInfo(
        new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, scheme),
        Arrays.copyOf(sealed, length));
  }

  private static MacData mac(byte[] content, char[] password, byte[] salt) {
    byte[] secret = PBEParametersGenerator.PKCS12PasswordToBytes(password);
    PKCS12ParametersGenerator generator = new PKCS12ParametersGenerator(new SHA256Digest());
    generator.init(secret, salt, ITERATIONS);
    HMac mac = new HMac(new SHA256Digest());
    mac.init(generator.generateDerivedMacParameters(KEY_BITS));
    Arrays.fill(secret, (byte) 0);
    mac.update(content, 0, content.length);
    byte[] tag = new byte[mac.getMacSize()];
    mac.doFinal(tag, 0);
    return new MacData(
        new DigestInfo(
            new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE), tag),
        salt,
        ITERATIONS);
  }
}
