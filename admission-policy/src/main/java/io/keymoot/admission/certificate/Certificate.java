package io.keymoot.admission.certificate;

import io.keymoot.admission.AdmissionLimits;
import io.keymoot.admission.WallTime;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One X.509 certificate, read but not believed: {@link PathCheck} believes it or not.
 *
 * @param der all of it, as received
 * @param signed the part its signature covers
 * @param key SubjectPublicKeyInfo, of one of the two accepted kinds
 * @param authority whether it may sign other certificates
 * @param pathLength how many authorities may stand between it and a device, when it says so
 * @param keyUsage named bits of the extension, bit 0 = digitalSignature; absent means any use
 * @param extendedKeyUsage object identifiers; absent means any use
 * @param unknownCritical extensions that must be understood and are not
 */
public record Certificate(
    Bytes der,
    Bytes signed,
    BigInteger serial,
    String algorithm,
    Name issuer,
    WallTime notBefore,
    WallTime notAfter,
    Name subject,
    Bytes key,
    boolean authority,
    OptionalInt pathLength,
    OptionalInt keyUsage,
    Optional<List<String>> extendedKeyUsage,
    AlternativeNames names,
    Optional<NameConstraints> nameConstraints,
    List<String> unknownCritical,
    Bytes signature) {

  static final int DIGITAL_SIGNATURE = 1;
  static final int KEY_CERT_SIGN = 1 << 5;
  static final int CRL_SIGN = 1 << 6;

  private static final String V3 = "its version";

  /** Reads one certificate and nothing after it. */
  public static Decoded<Certificate> decode(Bytes der) {
    if (der.length() > AdmissionLimits.CERTIFICATE_BYTES) {
      return new Decoded.Malformed<>(
          "it has "
              + der.length()
              + " bytes, at most "
              + AdmissionLimits.CERTIFICATE_BYTES
              + " are allowed");
    }
    try {
      return new Decoded.Ok<>(read(der));
    } catch (Der.Malformed e) {
      return new Decoded.Malformed<>(e.reason());
    }
  }

  private static Certificate read(Bytes der) {
    Der all = Der.of(der);
    Der outer = all.enter(Der.SEQUENCE, "it");
    all.end("it");
    Bytes signed = outer.element("the signed part");
    String algorithm = algorithm(outer, "the signature's algorithm");
    Bytes signature = outer.wholeBits("the signature");
    outer.end("it");

    Der in = Der.of(signed).enter(Der.SEQUENCE, "the signed part");
    if (in.tag() != Der.contextOf(0)) {
      throw new Der.Malformed("it is of version 1; version 3 is needed");
    }
    Der version = in.enter(Der.contextOf(0), V3);
    if (!version.integer(1, V3).equals(BigInteger.TWO)) {
      throw new Der.Malformed("it is not of version 3");
    }
    version.end(V3);
    BigInteger serial = in.integer(AdmissionLimits.SERIAL_BYTES, "the serial number");
    if (serial.signum() <= 0) {
      throw new Der.Malformed("the serial number is not positive");
    }
    if (!algorithm(in, "the algorithm").equals(algorithm)) {
      throw new Der.Malformed("it names two different signature algorithms");
    }
    Name issuer = Name.read(in, "the issuer");
    if (issuer.isEmpty()) {
      throw new Der.Malformed("the issuer has no name");
    }
    Der validity = in.enter(Der.SEQUENCE, "the validity");
    WallTime notBefore = time(validity);
    WallTime notAfter = time(validity);
    validity.end("the validity");
    Name subject = Name.read(in, "the subject");
    Bytes key = in.element("the key");
    PublicKeys.fault(key)
        .ifPresent(
            fault -> {
              throw new Der.Malformed(fault);
            });
    Extensions extensions = new Extensions();
    if (in.tag() == Der.contextOf(3)) {
      Der box = in.enter(Der.contextOf(3), "the extensions");
      extensions.read(box.enter(Der.SEQUENCE, "the extensions"));
      box.end("the extensions");
    }
    // Unique identifiers, which version 2 put before the extensions, end up here too.
    in.end("the signed part");
    return new Certificate(
        der,
        signed,
        serial,
        algorithm,
        issuer,
        notBefore,
        notAfter,
        subject,
        key,
        extensions.authority,
        extensions.pathLength,
        extensions.keyUsage,
        extensions.extendedKeyUsage,
        extensions.names,
        extensions.nameConstraints,
        List.copyOf(extensions.unknownCritical),
        signature);
  }

  static String algorithm(Der from, String field) {
    Der in = from.enter(Der.SEQUENCE, field);
    String oid = in.oid(field);
    if (!oid.equals(Oids.ED25519) && !oid.equals(Oids.ECDSA_SHA256)) {
      throw new Der.Malformed(
          "it is signed by "
              + Oids.algorithm(oid)
              + "; Ed25519 and ECDSA with P-256 and SHA-256 are accepted");
    }
    in.end(field);
    return oid;
  }

  static WallTime time(Der in) {
    boolean shortYear = in.tag() == Der.UTC_TIME;
    int tag = shortYear ? Der.UTC_TIME : Der.GENERALIZED_TIME;
    String text = Der.ascii(in.content(tag, "the validity"), "the validity");
    int yearDigits = shortYear ? 2 : 4;
    if (text.length() != yearDigits + 11 || !text.endsWith("Z")) {
      throw new Der.Malformed("the validity is not a date in UTC with seconds");
    }
    int year = digits(text, 0, yearDigits);
    if (shortYear) {
      year += year < 50 ? 2000 : 1900;
    }
    try {
      return new WallTime(
          LocalDateTime.of(
                  year,
                  digits(text, yearDigits, 2),
                  digits(text, yearDigits + 2, 2),
                  digits(text, yearDigits + 4, 2),
                  digits(text, yearDigits + 6, 2),
                  digits(text, yearDigits + 8, 2))
              .toEpochSecond(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      throw new Der.Malformed("the validity " + text + " is no date of the calendar");
    }
  }

  private static int digits(String text, int from, int count) {
    int value = 0;
    for (int i = from; i < from + count; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        throw new Der.Malformed("the validity is not a date in UTC with seconds");
      }
      value = 10 * value + (c - '0');
    }
    return value;
  }

  /** What is collected while reading; fields not seen keep the value that absence means. */
  private static final class Extensions {
    boolean authority;
    OptionalInt pathLength = OptionalInt.empty();
    OptionalInt keyUsage = OptionalInt.empty();
    Optional<List<String>> extendedKeyUsage = Optional.empty();
    AlternativeNames names = AlternativeNames.NONE;
    Optional<NameConstraints> nameConstraints = Optional.empty();
    final List<String> unknownCritical = new ArrayList<>();

    void read(Der in) {
      List<String> seen = new ArrayList<>();
      do {
        Der extension = in.enter(Der.SEQUENCE, "an extension");
        String oid = extension.oid("an extension");
        boolean critical =
            extension.tag() == Der.BOOLEAN && extension.bool("an extension's critical flag");
        Bytes content = extension.content(Der.OCTET_STRING, "an extension");
        extension.end("an extension");
        if (seen.contains(oid)) {
          throw new Der.Malformed("it has the extension " + oid + " twice");
        }
        seen.add(oid);
        if (seen.size() > AdmissionLimits.EXTENSIONS) {
          throw new Der.Malformed("it has more than " + AdmissionLimits.EXTENSIONS + " extensions");
        }
        take(oid, critical, content);
      } while (in.hasMore());
    }

    private void take(String oid, boolean critical, Bytes content) {
      switch (oid) {
        case Oids.BASIC_CONSTRAINTS -> basicConstraints(content);
        case Oids.KEY_USAGE -> {
          Der in = Der.of(content);
          keyUsage = OptionalInt.of(in.namedBits("the key usage"));
          in.end("the key usage");
        }
        case Oids.EXTENDED_KEY_USAGE -> extendedKeyUsage = Optional.of(usages(content));
        case Oids.ALTERNATIVE_NAMES -> names = AlternativeNames.read(content);
        case Oids.NAME_CONSTRAINTS -> nameConstraints = Optional.of(NameConstraints.read(content));
        default -> {
          if (critical) {
            unknownCritical.add(oid);
          }
        }
      }
    }

    private void basicConstraints(Bytes content) {
      String field = "the basic constraints";
      Der outer = Der.of(content);
      Der in = outer.enter(Der.SEQUENCE, field);
      outer.end(field);
      if (in.tag() == Der.BOOLEAN) {
        authority = in.bool(field);
      }
      if (in.tag() == Der.INTEGER) {
        BigInteger length = in.integer(1, field);
        if (!authority || length.signum() < 0) {
          throw new Der.Malformed("it has a path length that makes no sense");
        }
        pathLength = OptionalInt.of(length.intValueExact());
      }
      in.end(field);
    }

    private static List<String> usages(Bytes content) {
      String field = "the extended key usage";
      Der outer = Der.of(content);
      Der in = outer.enter(Der.SEQUENCE, field);
      outer.end(field);
      List<String> usages = new ArrayList<>();
      do {
        usages.add(in.oid(field));
        if (usages.size() > AdmissionLimits.EXTENDED_KEY_USAGES) {
          throw new Der.Malformed(field + " is too long");
        }
      } while (in.hasMore());
      return List.copyOf(usages);
    }
  }

  /** The device or authority this is about: SHA-256 of its key. */
  public Fingerprint fingerprint() {
    return new Fingerprint(Hash32.sha256(key.toArray()));
  }

  /** Signed by its own key and under its own name, as the certificates of roots are. */
  public boolean isSelfSigned() {
    return issuer.equals(subject) && isSignedBy(key);
  }

  boolean isSignedBy(Bytes issuerKey) {
    return PublicKeys.holdsInCertificate(issuerKey, algorithm, signed, signature);
  }

  boolean allowsUse(int bit) {
    return keyUsage.isEmpty() || (keyUsage.getAsInt() & bit) != 0;
  }

  boolean allowsDevices() {
    return extendedKeyUsage
        .map(usages -> usages.contains(Oids.CLIENT_AUTH) || usages.contains(Oids.ANY_USAGE))
        .orElse(true);
  }

  /** Whom this is about, for a person, within a sentence. */
  public String shown() {
    return '"' + name() + '"';
  }

  /** The same where it stands alone. */
  public String name() {
    return subject.isEmpty()
        ? names.uris().stream().findFirst().map(Name::shown).orElse("no name")
        : subject.shown();
  }
}
