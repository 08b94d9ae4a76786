package io.keymoot.admission;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;

/** A certificate in the making, of which a test can spoil every part before it is signed. */
public final class Draft {
  public static final WallTime BORN = new WallTime(1_790_000_000L);
  public static final WallTime DIES = BORN.plusDays(365);
  public static final ASN1ObjectIdentifier ED25519 = new ASN1ObjectIdentifier("1.3.101.112");
  public static final ASN1ObjectIdentifier ECDSA = new ASN1ObjectIdentifier("1.2.840.10045.4.3.2");

  private static final BigInteger P256_ORDER =
      new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16);

  private record Ext(boolean critical, byte[] value) {}

  private int version = 3;
  private BigInteger serial;
  private X500Name issuer;
  private ASN1Encodable subject;
  private ASN1Encodable from = time(BORN);
  private ASN1Encodable until = time(DIES);
  private Bytes key;
  private SigningKey signer;
  private AlgorithmIdentifier inner;
  private AlgorithmIdentifier outer;
  private final Map<String, Ext> extensions = new LinkedHashMap<>();
  private final List<String> twice = new ArrayList<>();
  private boolean highS;

  private Draft(String issuer, SigningKey signer, String subject, Bytes key) {
    this.issuer = new X500Name(issuer);
    this.signer = signer;
    this.subject = new X500Name(subject);
    this.key = key;
    this.serial =
        new BigInteger(1, Bytes.of((issuer + subject).getBytes()).toArray())
            .mod(P256_ORDER.shiftRight(120))
            .setBit(20);
    this.inner = algorithm(signer);
    this.outer = inner;
  }

  public static Draft root(String name, SigningKey key) {
    return new Draft(name, key, name, key.spki())
        .authority(2)
        .keyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
  }

  public static Draft site(String issuer, SigningKey signer, String name, SigningKey key) {
    return new Draft(issuer, signer, name, key.spki())
        .authority(0)
        .keyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
  }

  public static Draft device(String issuer, SigningKey signer, String name, SigningKey key) {
    return new Draft(issuer, signer, name, key.spki())
        .keyUsage(KeyUsage.digitalSignature)
        .usage(KeyPurposeId.id_kp_clientAuth);
  }

  public Draft version(int number) {
    version = number;
    return this;
  }

  public Draft serial(long number) {
    serial = BigInteger.valueOf(number);
    return this;
  }

  public Draft serial(BigInteger number) {
    serial = number;
    return this;
  }

  public Draft issuer(String name) {
    issuer = new X500Name(name);
    return this;
  }

  public Draft subject(String name) {
    subject = new X500Name(name);
    return this;
  }

  public Draft subjectRaw(ASN1Encodable name) {
    subject = name;
    return this;
  }

  public Draft valid(WallTime first, WallTime last) {
    from = time(first);
    until = time(last);
    return this;
  }

  public Draft validFrom(ASN1Encodable raw) {
    from = raw;
    return this;
  }

  public Draft key(Bytes spki) {
    key = spki;
    return this;
  }

  public Draft signedBy(SigningKey other) {
    signer = other;
    inner = algorithm(other);
    outer = inner;
    return this;
  }

  public Draft saysSignedBy(String oid) {
    inner = new AlgorithmIdentifier(new ASN1ObjectIdentifier(oid));
    outer = inner;
    return this;
  }

  public Draft outerAlgorithm(ASN1ObjectIdentifier oid) {
    outer = new AlgorithmIdentifier(oid);
    return this;
  }

  public Draft highS() {
    highS = true;
    return this;
  }

  public Draft authority(int pathLength) {
    return with(Extension.basicConstraints, true, new BasicConstraints(pathLength));
  }

  public Draft authorityOfAnyDepth() {
    return with(Extension.basicConstraints, true, new BasicConstraints(true));
  }

  public Draft keyUsage(int bits) {
    return with(Extension.keyUsage, true, new KeyUsage(bits));
  }

  public Draft usage(KeyPurposeId... purposes) {
    return with(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
  }

  public Draft names(GeneralName... names) {
    return with(Extension.subjectAlternativeName, false, new GeneralNames(names));
  }

  public Draft uri(String... uris) {
    GeneralName[] names = new GeneralName[uris.length];
    for (int i = 0; i < uris.length; i++) {
      names[i] = new GeneralName(GeneralName.uniformResourceIdentifier, uris[i]);
    }
    return names(names);
  }

  public Draft dns(String name) {
    return names(new GeneralName(GeneralName.dNSName, name));
  }

  public Draft with(ASN1ObjectIdentifier oid, boolean critical, ASN1Encodable value) {
    extensions.put(oid.getId(), new Ext(critical, encode(value)));
    return this;
  }

  public Draft withRaw(ASN1ObjectIdentifier oid, boolean critical, byte[] value) {
    extensions.put(oid.getId(), new Ext(critical, value));
    return this;
  }

  public Draft twice(ASN1ObjectIdentifier oid) {
    twice.add(oid.getId());
    return this;
  }

  public Draft without(ASN1ObjectIdentifier oid) {
    extensions.remove(oid.getId());
    return this;
  }

  public Draft withoutExtensions() {
    extensions.clear();
    return this;
  }

  /** The certificate with a true signature. */
  public Bytes sign() {
    byte[] signed = encode(signedPart());
    Bytes raw = signer.sign(signed);
    return sealed(
        switch (signer.kind()) {
          case ED25519 -> raw.toArray();
          case ECDSA_P256 -> pair(raw);
        });
  }

  /** The certificate with these bytes for a signature. */
  public Bytes sealed(byte[] signature) {
    ASN1EncodableVector whole = new ASN1EncodableVector();
    whole.add(signedPart());
    whole.add(outer);
    whole.add(new DERBitString(signature));
    return Bytes.owning(encode(new DERSequence(whole)));
  }

  public static byte[] pair(BigInteger r, BigInteger s) {
    ASN1EncodableVector pair = new ASN1EncodableVector();
    pair.add(new ASN1Integer(r));
    pair.add(new ASN1Integer(s));
    return encode(new DERSequence(pair));
  }

  private byte[] pair(Bytes raw) {
    BigInteger r = new BigInteger(1, raw.slice(0, 32).toArray());
    BigInteger s = new BigInteger(1, raw.slice(32, 32).toArray());
    return pair(r, highS ? P256_ORDER.subtract(s) : s);
  }

  private ASN1Primitive signedPart() {
    ASN1EncodableVector parts = new ASN1EncodableVector();
    if (version > 1) {
      parts.add(new DERTaggedObject(true, 0, new ASN1Integer(version - 1)));
    }
    parts.add(new ASN1Integer(serial));
    parts.add(inner);
    parts.add(issuer);
    parts.add(new DERSequence(new ASN1Encodable[] {from, until}));
    parts.add(subject);
    parts.add(parse(key.toArray()));
    ASN1EncodableVector all = new ASN1EncodableVector();
    extensions.forEach(
        (oid, ext) -> {
          ASN1ObjectIdentifier id = new ASN1ObjectIdentifier(oid);
          all.add(new Extension(id, ext.critical(), ext.value()));
          if (twice.contains(oid)) {
            all.add(new Extension(id, ext.critical(), ext.value()));
          }
        });
    if (all.size() > 0) {
      parts.add(new DERTaggedObject(true, 3, new DERSequence(all)));
    }
    return new DERSequence(parts);
  }

  private static AlgorithmIdentifier algorithm(SigningKey key) {
    return new AlgorithmIdentifier(key.kind() == SignatureKind.ED25519 ? ED25519 : ECDSA);
  }

  private static ASN1Encodable time(WallTime time) {
    return new DERUTCTime(Date.from(Instant.ofEpochSecond(time.epochSecond())));
  }

  public static ASN1Primitive parse(byte[] der) {
    try {
      return ASN1Primitive.fromByteArray(der);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static byte[] encode(ASN1Encodable value) {
    try {
      return value.toASN1Primitive().getEncoded("DER");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Random in nothing but looks. */
  public static Entropy entropy(long seed) {
    return new Random(seed)::nextBytes;
  }

  public static Fingerprint fingerprint(SigningKey key) {
    return new Fingerprint(Hash32.sha256(key.spki().toArray()));
  }

  public static SigningKey ed25519(long seed) {
    return SigningKey.generate(SignatureKind.ED25519, entropy(seed));
  }

  public static SigningKey p256(long seed) {
    return SigningKey.generate(SignatureKind.ECDSA_P256, entropy(seed));
  }
}
