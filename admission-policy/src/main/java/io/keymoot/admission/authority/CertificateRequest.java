package io.keymoot.admission.authority;

import io.keymoot.admission.AdmissionLimits;
import io.keymoot.admission.certificate.AlternativeNames;
import io.keymoot.admission.certificate.Name;
import io.keymoot.admission.certificate.PublicKeys;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.io.IOException;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;

/**
 * A device's wish for a certificate (PKCS#10), signed by the key it is about.
 *
 * @param subject the name it would like
 * @param names further names it would like; roles among them are not for it to ask
 */
public record CertificateRequest(Bytes der, Name subject, Bytes key, AlternativeNames names) {

  /** Makes a request. */
  public static CertificateRequest create(
      SigningKey key, Optional<String> organisation, String commonName, AlternativeNames names) {
    PKCS10CertificationRequestBuilder builder =
        new PKCS10CertificationRequestBuilder(
            DistinguishedNames.of(organisation, commonName),
            SubjectPublicKeyInfo.getInstance(key.spki().toArray()));
    Optional<GeneralNames> wanted = DistinguishedNames.of(names);
    if (wanted.isPresent()) {
      ExtensionsGenerator extensions = new ExtensionsGenerator();
      try {
        extensions.addExtension(Extension.subjectAlternativeName, false, wanted.get());
      } catch (IOException e) {
        throw new IllegalStateException("what was built here has an encoding", e);
      }
      builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
    }
    PKCS10CertificationRequest request = builder.build(new KeySigner(key));
    return decode(DistinguishedNames.encoded(request.toASN1Structure())).orThrow();
  }

  /** Reads a request and checks that its sender has the private key. */
  public static Decoded<CertificateRequest> decode(Bytes der) {
    if (der.length() > AdmissionLimits.CERTIFICATE_REQUEST_BYTES) {
      return new Decoded.Malformed<>(
          "the request has more than " + AdmissionLimits.CERTIFICATE_REQUEST_BYTES + " bytes");
    }
    try {
      PKCS10CertificationRequest request = new PKCS10CertificationRequest(der.toArray());
      if (!DistinguishedNames.encoded(request.toASN1Structure()).equals(der)) {
        return new Decoded.Malformed<>("the request is not in DER, or something follows it");
      }
      return checked(der, request);
    } catch (IOException | RuntimeException e) {
      // The library throws many kinds for misshapen input; none of them says more to a person.
      return new Decoded.Malformed<>("this is not a certificate request");
    }
  }

  private static Decoded<CertificateRequest> checked(
      Bytes der, PKCS10CertificationRequest request) {
    Bytes key = DistinguishedNames.encoded(request.getSubjectPublicKeyInfo());
    Optional<String> fault = PublicKeys.fault(key);
    if (fault.isPresent()) {
      return new Decoded.Malformed<>(fault.get());
    }
    Bytes signed =
        DistinguishedNames.encoded(request.toASN1Structure().getCertificationRequestInfo());
    String algorithm = request.getSignatureAlgorithm().getAlgorithm().getId();
    if (!PublicKeys.holdsInCertificate(key, algorithm, signed, Bytes.of(request.getSignature()))) {
      return new Decoded.Malformed<>(
          "the request is not signed by the key it is about: it is damaged, or made by somebody"
              + " who does not have that key");
    }
    Decoded<Name> subject = Name.decode(DistinguishedNames.encoded(request.getSubject()));
    if (subject instanceof Decoded.Malformed<Name> bad) {
      return new Decoded.Malformed<>(bad.reason());
    }
    Extensions extensions = request.getRequestedExtensions();
    Extension wanted =
        extensions == null ? null : extensions.getExtension(Extension.subjectAlternativeName);
    Decoded<AlternativeNames> names =
        wanted == null
            ? new Decoded.Ok<>(AlternativeNames.NONE)
            : AlternativeNames.decode(Bytes.of(wanted.getExtnValue().getOctets()));
    return switch (names) {
      case Decoded.Ok<AlternativeNames> ok ->
          new Decoded.Ok<>(new CertificateRequest(der, subject.orThrow(), key, ok.value()));
      case Decoded.Malformed<AlternativeNames> bad -> new Decoded.Malformed<>(bad.reason());
    };
  }

  /** For comparing with what the device itself shows, before it is certified. */
  public Fingerprint fingerprint() {
    return new Fingerprint(Hash32.sha256(key.toArray()));
  }
}
