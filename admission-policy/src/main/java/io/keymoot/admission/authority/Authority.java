package io.keymoot.admission.authority;

import io.keymoot.admission.WallTime;
import io.keymoot.admission.certificate.AlternativeNames;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/**
 * A root or a site: a key that certifies, with its own certificate.
 *
 * <p>Everything it makes is read back and checked by our own reader before it is given out, so an
 * authority cannot make what members would refuse without noticing.
 */
public final class Authority implements AutoCloseable {

  private static final int SERIAL_BYTES = 16;

  private final SigningKey key;
  private final List<Certificate> chain;

  private Authority(SigningKey key, List<Certificate> chain) {
    this.key = key;
    this.chain = List.copyOf(chain);
  }

  /** From when to when a certificate is good. */
  public record Validity(WallTime from, WallTime until) {
    public Validity {
      if (!from.isBefore(until)) {
        throw new IllegalArgumentException("a validity ends after it begins");
      }
    }
  }

  /**
   * What a site may do.
   *
   * @param roles that it may hand out; {@code *} for every one, none for none
   * @param domains DNS names, and hosts of URIs such as SPIFFE trust domains, that it may certify;
   *     empty for any. A site that is bound so certifies no roles: a role has no host.
   */
  public record SiteTerms(
      String name, Validity validity, List<String> roles, List<String> domains) {
    public SiteTerms {
      roles = List.copyOf(roles);
      domains = List.copyOf(domains);
      if (!roles.isEmpty() && !domains.isEmpty()) {
        throw new IllegalArgumentException(
            "A site bound to domains cannot hand out roles: leave out one of the two.");
      }
    }
  }

  /**
   * @param roles what the device may do in groups that know these words
   */
  public record DeviceTerms(Validity validity, List<String> roles) {
    public DeviceTerms {
      roles = List.copyOf(roles);
    }
  }

  /** Makes a root, which signs itself. Its certificate is the anchor of groups. */
  public static Authority root(
      Optional<String> organisation,
      String name,
      Validity validity,
      SignatureKind kind,
      Entropy entropy) {
    SigningKey key = SigningKey.generate(kind, entropy);
    X500Name self = DistinguishedNames.of(organisation, name);
    X509v3CertificateBuilder builder = builder(self, self, key.spki(), validity, entropy);
    add(builder, Extension.basicConstraints, true, new BasicConstraints(1));
    add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    return new Authority(key, List.of(sign(builder, key)));
  }

  /**
   * An authority whose key and certificates were kept in files.
   *
   * @param chain its own certificate first
   */
  public static Decoded<Authority> reopen(SigningKey key, List<Certificate> chain) {
    if (chain.isEmpty() || !chain.get(0).key().equals(key.spki())) {
      return new Decoded.Malformed<>("the key is not the one in the authority's certificate");
    }
    if (!chain.get(0).authority()) {
      return new Decoded.Malformed<>(
          "the certificate of " + chain.get(0).shown() + " is not an authority's");
    }
    return new Decoded.Ok<>(new Authority(key, chain));
  }

  /** Makes a site under this root. */
  public Authority site(SiteTerms terms, SignatureKind kind, Entropy entropy) {
    if (certificate().pathLength().orElse(1) < 1) {
      throw new IllegalArgumentException(
          certificate().shown() + " may certify devices, but no authorities below it.");
    }
    SigningKey siteKey = SigningKey.generate(kind, entropy);
    X500Name name = DistinguishedNames.of(certificate().subject().organisation(), terms.name());
    X509v3CertificateBuilder builder =
        builder(issuer(), name, siteKey.spki(), terms.validity(), entropy);
    add(builder, Extension.basicConstraints, true, new BasicConstraints(0));
    add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    addNames(builder, roleNames(terms.roles(), AlternativeNames.NONE));
    if (!terms.domains().isEmpty()) {
      add(builder, Extension.nameConstraints, true, constraints(terms.domains()));
    }
    List<Certificate> below = new ArrayList<>();
    below.add(sign(builder, key));
    below.addAll(chain);
    return new Authority(siteKey, below);
  }

  /**
   * Certifies a device under the names it asked for. Who calls this has compared the request's
   * fingerprint with the one the device shows.
   *
   * @return the device's certificate; with {@link #chain} behind it, its credential
   */
  public Certificate certify(CertificateRequest request, DeviceTerms terms, Entropy entropy) {
    X509v3CertificateBuilder builder =
        builder(
            issuer(),
            DistinguishedNames.of(request.subject()),
            request.key(),
            terms.validity(),
            entropy);
    add(builder, Extension.basicConstraints, true, new BasicConstraints(false));
    add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    add(
        builder,
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
    addNames(builder, roleNames(terms.roles(), request.names()));
    return sign(builder, key);
  }

  /** What a device shows that this authority certified. */
  public Credential credential(Certificate device) {
    List<Certificate> whole = new ArrayList<>();
    whole.add(device);
    whole.addAll(chain);
    return Credential.ofChain(whole);
  }

  /**
   * Makes a revocation list.
   *
   * @param number greater than that of the list before
   * @param validity until when the next one will be there
   * @param revoked serial numbers, and since when; those of earlier lists included
   */
  public Bytes revocationList(
      long number, Validity validity, SortedMap<BigInteger, WallTime> revoked) {
    X509v2CRLBuilder builder = new X509v2CRLBuilder(issuer(), date(validity.from()));
    builder.setNextUpdate(date(validity.until()));
    revoked.forEach((serial, since) -> builder.addCRLEntry(serial, date(since), 0));
    try {
      builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
    } catch (IOException e) {
      throw new IllegalStateException("what was built here has an encoding", e);
    }
    return DistinguishedNames.encoded(builder.build(new KeySigner(key)).toASN1Structure());
  }

  public Certificate certificate() {
    return chain.get(0);
  }

  /** Its own certificate first, the root's last. */
  public List<Certificate> chain() {
    return chain;
  }

  /** For {@link KeyFile}. */
  public SigningKey key() {
    return key;
  }

  private X500Name issuer() {
    return DistinguishedNames.of(certificate().subject());
  }

  private static X509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, Bytes publicKey, Validity validity, Entropy entropy) {
    return new X509v3CertificateBuilder(
        issuer,
        serial(entropy),
        date(validity.from()),
        date(validity.until()),
        subject,
        SubjectPublicKeyInfo.getInstance(publicKey.toArray()));
  }

  /** Random, so that no two are alike though no counter is kept; positive, and never zero. */
  private static BigInteger serial(Entropy entropy) {
    byte[] bytes = entropy.bytes(SERIAL_BYTES);
    bytes[0] = (byte) ((bytes[0] & 0x3f) | 0x40);
    return new BigInteger(1, bytes);
  }

  private static Date date(WallTime time) {
    return Date.from(Instant.ofEpochSecond(time.epochSecond()));
  }

  /** Roles that were asked for are dropped, those that are given are added. */
  private static AlternativeNames roleNames(List<String> roles, AlternativeNames asked) {
    List<String> uris = new ArrayList<>();
    for (String uri : asked.uris()) {
      if (!uri.startsWith(AlternativeNames.ROLE_URI)) {
        uris.add(uri);
      }
    }
    roles.forEach(role -> uris.add(AlternativeNames.ROLE_URI + role));
    return new AlternativeNames(
        asked.dns(), asked.emails(), List.copyOf(uris), asked.addresses(), asked.directory());
  }

  private static void addNames(X509v3CertificateBuilder builder, AlternativeNames names) {
    DistinguishedNames.of(names)
        .ifPresent(all -> add(builder, Extension.subjectAlternativeName, false, all));
  }

  private static NameConstraints constraints(List<String> domains) {
    List<GeneralSubtree> permitted = new ArrayList<>();
    for (String domain : domains) {
      permitted.add(new GeneralSubtree(new GeneralName(GeneralName.dNSName, domain)));
      permitted.add(
          new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, domain)));
    }
    return new NameConstraints(permitted.toArray(GeneralSubtree[]::new), null);
  }

  private static void add(
      X509v3CertificateBuilder builder,
      ASN1ObjectIdentifier oid,
      boolean critical,
      ASN1Encodable value) {
    try {
      builder.addExtension(oid, critical, value);
    } catch (IOException e) {
      throw new IllegalStateException("what was built here has an encoding", e);
    }
  }

  private static Certificate sign(X509v3CertificateBuilder builder, SigningKey key) {
    X509CertificateHolder made = builder.build(new KeySigner(key));
    return switch (Certificate.decode(DistinguishedNames.encoded(made.toASN1Structure()))) {
      case Decoded.Ok<Certificate> ok -> ok.value();
      case Decoded.Malformed<Certificate> bad ->
          throw new IllegalArgumentException(
              "Such a certificate would be refused by every member: " + bad.reason());
    };
  }

  @Override
  public void close() {
    key.close();
  }

  @Override
  public String toString() {
    return "Authority[" + certificate().shown() + ']';
  }
}
