package io.keymoot.admission;

import static io.keymoot.admission.World.DOOR;
import static io.keymoot.admission.World.ROOT;
import static io.keymoot.admission.World.SITE;
import static io.keymoot.admission.World.TODAY;
import static io.keymoot.admission.World.credential;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.keymoot.admission.authority.Authority;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.WireWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every way in which a certificate can be bad, each refused for a reason that a person understands.
 *
 * <p>Long, but whole: it is one table, with a row for each.
 */
class BadCertificatesTest {

  /** Which of the two checks must say no. */
  enum By {
    /** The fixed function: every member, for ever. */
    GROUP,
    /** Only whoever is asked to let the device in, today. */
    POLICY
  }

  /** What a device shows, where, and when. */
  private record Shown(
      Trust trust, SigningKey key, Bytes credential, WallTime date, List<Bytes> lists) {
    Shown(World world, Bytes... chain) {
      this(world.trust(), world.doorKey, World.credential(chain), TODAY, List.of());
    }

    Shown under(Bytes... anchors) {
      return new Shown(
          new Trust(List.of(anchors), List.of(), Optional.empty()), key, credential, date, lists);
    }

    Shown matching(String... patterns) {
      return new Shown(
          new Trust(trust.anchors(), List.of(patterns), Optional.empty()),
          key,
          credential,
          date,
          lists);
    }

    Shown by(SigningKey device) {
      return new Shown(trust, device, credential, date, lists);
    }

    Shown on(WallTime other) {
      return new Shown(trust, key, credential, other, lists);
    }

    Shown knowing(Bytes list) {
      return new Shown(trust, key, credential, date, List.of(list));
    }

    Shown showing(Bytes other) {
      return new Shown(trust, key, other, date, lists);
    }
  }

  private static Arguments row(String name, By by, Function<World, Shown> shown, String reason) {
    return arguments(name, by, shown, reason);
  }

  static Stream<Arguments> bad() {
    return Stream.of(
            dates(),
            revocation(),
            chains(),
            usages(),
            constraints(),
            keys(),
            signatures(),
            shapes(),
            audiences())
        .flatMap(rows -> rows);
  }

  private static Stream<Arguments> dates() {
    return Stream.of(
        row(
            "expired",
            By.POLICY,
            w -> new Shown(w, w.doorDer, w.siteDer).on(Draft.DIES.plusDays(1)),
            "The certificate of \"door 7\" expired at"),
        row(
            "not yet valid",
            By.POLICY,
            w -> new Shown(w, w.doorDer, w.siteDer).on(Draft.BORN.plusDays(-1)),
            "The certificate of \"door 7\" is not valid before"),
        row(
            "site expired, device not",
            By.POLICY,
            w -> new Shown(w, w.doorDer, w.site().valid(Draft.BORN, TODAY.plusDays(-1)).sign()),
            "The certificate of \"Ward 3\" expired at"),
        row(
            "site not yet valid, device is",
            By.POLICY,
            w -> new Shown(w, w.doorDer, w.site().valid(TODAY.plusDays(1), Draft.DIES).sign()),
            "The certificate of \"Ward 3\" is not valid before"),
        row(
            "ends before it begins",
            By.POLICY,
            w -> new Shown(w, w.door().valid(Draft.DIES, Draft.BORN).sign(), w.siteDer),
            "is not valid before"),
        row(
            "a date that is not in the calendar",
            By.GROUP,
            w ->
                new Shown(w, w.door().validFrom(new DERUTCTime("270231120000Z")).sign(), w.siteDer),
            "the validity 270231120000Z is no date of the calendar"),
        row(
            "a date without seconds",
            By.GROUP,
            w -> new Shown(w, w.door().validFrom(new DERUTCTime("2701311200Z")).sign(), w.siteDer),
            "the validity is not a date in UTC with seconds"));
  }

  static Bytes list(World w, SigningKey key, Bytes authority, Bytes revoked, int days) {
    Authority issuer =
        Authority.reopen(key, List.of(Certificate.decode(authority).orThrow())).orThrow();
    TreeMap<BigInteger, WallTime> entries = new TreeMap<>();
    entries.put(Certificate.decode(revoked).orThrow().serial(), TODAY.plusDays(-2));
    return issuer.revocationList(
        1, new Authority.Validity(TODAY.plusDays(-1), TODAY.plusDays(days)), entries);
  }

  private static Stream<Arguments> revocation() {
    return Stream.of(
        row(
            "revoked device",
            By.POLICY,
            w ->
                new Shown(w, w.doorDer, w.siteDer)
                    .knowing(list(w, w.siteKey, w.siteDer, w.doorDer, 7)),
            "The certificate of \"door 7\" was revoked by \"Ward 3\" at"),
        row(
            "revoked site",
            By.POLICY,
            w ->
                new Shown(w, w.doorDer, w.siteDer)
                    .knowing(list(w, w.rootKey, w.rootDer, w.siteDer, 7)),
            "The certificate of \"Ward 3\" was revoked by \"Example root\" at"),
        row(
            "revoked by a list that is out of date",
            By.POLICY,
            w ->
                new Shown(w, w.doorDer, w.siteDer)
                    .knowing(list(w, w.siteKey, w.siteDer, w.doorDer, 0))
                    .on(TODAY.plusDays(3)),
            "was revoked by"));
  }

  private static Stream<Arguments> chains() {
    return Stream.of(
        row("no certificate at all", By.GROUP, w -> new Shown(w), "No certificate is shown."),
        row(
            "site missing",
            By.GROUP,
            w -> new Shown(w, w.doorDer),
            "is signed by \"Ward 3\", which is not an anchor here; perhaps a certificate between"),
        row(
            "chain in the wrong order",
            By.GROUP,
            w -> new Shown(w, w.siteDer, w.doorDer),
            "is over another key than the device's"),
        row(
            "sites in the wrong order",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.doorDer,
                    w.site().sign(),
                    Draft.site(ROOT, w.rootKey, "CN=Other", w.otherKey).authority(1).sign()),
            "The chain is in the wrong order or mixed up"),
        row(
            "the root included",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.siteDer, w.rootDer),
            "The chain includes the anchor \"Example root\" itself"),
        row(
            "another root of the same name",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.siteDer).under(Draft.root(ROOT, w.otherKey).sign()),
            "is not by the key of the anchor \"Example root\""),
        row(
            "an unknown root",
            By.GROUP,
            w ->
                new Shown(w, w.doorDer, w.siteDer)
                    .under(Draft.root("CN=Elsewhere", w.otherKey).sign()),
            "which is not an anchor here"),
        row(
            "an unknown root shown along",
            By.GROUP,
            w ->
                new Shown(w, w.doorDer, w.siteDer, w.rootDer)
                    .under(Draft.root("CN=Elsewhere", w.otherKey).sign()),
            "The chain ends in the root \"Example root\", which is not an anchor here."),
        row(
            "signed by itself",
            By.GROUP,
            w -> new Shown(w, Draft.device(DOOR, w.doorKey, DOOR, w.doorKey).sign()),
            "is signed by itself, not by an anchor"),
        row(
            "somebody else's certificate",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.siteDer).by(w.otherKey),
            "is over another key than the device's"),
        row(
            "the anchor unreadable",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.siteDer).under(Bytes.fromHex("3000")),
            "None of the anchors is an acceptable certificate."),
        row(
            "too many certificates",
            By.GROUP,
            w ->
                new Shown(
                    w, w.doorDer, w.siteDer, w.siteDer, w.siteDer, w.siteDer, w.siteDer, w.siteDer),
            "chain has 7 items, 0 to 6 are allowed"),
        row(
            "site with the serial number of its root",
            By.GROUP,
            w ->
                new Shown(w, w.doorDer, w.site().serial(5).sign())
                    .under(Draft.root(ROOT, w.rootKey).serial(5).sign()),
            "have the same issuer and the same serial number, 5."),
        row(
            "an authority's certificate for a device",
            By.GROUP,
            w -> new Shown(w, w.siteDer).by(w.siteKey),
            "is an authority's, not a device's"));
  }

  private static Stream<Arguments> usages() {
    return Stream.of(
        row(
            "device may not sign",
            By.GROUP,
            w -> new Shown(w, w.door().keyUsage(KeyUsage.keyAgreement).sign(), w.siteDer),
            "The key usage of \"door 7\" does not allow it to sign"),
        row(
            "wrong extended key usage",
            By.GROUP,
            w -> new Shown(w, w.door().usage(KeyPurposeId.id_kp_codeSigning).sign(), w.siteDer),
            "The extended key usage of \"door 7\" is for something else: clientAuth is needed."),
        row(
            "server certificate",
            By.GROUP,
            w -> new Shown(w, w.door().usage(KeyPurposeId.id_kp_serverAuth).sign(), w.siteDer),
            "is for something else"),
        row(
            "site for code signing only",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.site().usage(KeyPurposeId.id_kp_codeSigning).sign()),
            "The extended key usage of the authority \"Ward 3\" does not allow certificates of"
                + " devices"),
        row(
            "site may not sign certificates",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.site().keyUsage(KeyUsage.digitalSignature).sign()),
            "The key usage of \"Ward 3\" does not allow it to sign certificates"),
        row(
            "site without key usage",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.site().without(Extension.keyUsage).sign()),
            "The certificate of the authority \"Ward 3\" has no key usage."),
        row(
            "anchor may not sign certificates",
            By.GROUP,
            w ->
                new Shown(w, w.doorDer, w.siteDer)
                    .under(Draft.root(ROOT, w.rootKey).keyUsage(KeyUsage.cRLSign).sign()),
            "The key usage of \"Example root\" does not allow it to sign certificates"));
  }

  private static Draft constrained(
      World w, @Nullable GeneralSubtree permitted, @Nullable GeneralSubtree excluded) {
    return w.site()
        .with(
            Extension.nameConstraints,
            true,
            new NameConstraints(
                permitted == null ? null : new GeneralSubtree[] {permitted},
                excluded == null ? null : new GeneralSubtree[] {excluded}));
  }

  private static GeneralSubtree tree(int kind, String name) {
    return new GeneralSubtree(new GeneralName(kind, name));
  }

  private static Stream<Arguments> constraints() {
    return Stream.of(
        row(
            "CA flag missing",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.site().without(Extension.basicConstraints).sign()),
            "\"Ward 3\" signed another certificate, but its own does not make it an authority"),
        row(
            "CA flag false",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.doorDer,
                    w.site()
                        .with(Extension.basicConstraints, true, new BasicConstraints(false))
                        .sign()),
            "does not make it an authority"),
        row(
            "a device signs a device",
            By.GROUP,
            w ->
                new Shown(
                        w,
                        Draft.device(DOOR, w.doorKey, "CN=imp", w.otherKey).sign(),
                        w.doorDer,
                        w.site().authority(1).sign())
                    .by(w.otherKey),
            "\"door 7\" signed another certificate, but its own does not make it an authority"),
        row(
            "an anchor that is no authority",
            By.GROUP,
            w ->
                new Shown(w, w.doorDer, w.siteDer)
                    .under(Draft.root(ROOT, w.rootKey).without(Extension.basicConstraints).sign()),
            "\"Example root\" signed another certificate"),
        row(
            "path too long for the site",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    Draft.device("CN=Sub", w.otherKey, DOOR, w.doorKey).sign(),
                    Draft.site(SITE, w.siteKey, "CN=Sub", w.otherKey).sign(),
                    w.siteDer),
            "\"Ward 3\" allows 0 authorities below it, but the chain has 1."),
        row(
            "path too long for the root",
            By.GROUP,
            w ->
                new Shown(w, w.doorDer, w.siteDer)
                    .under(Draft.root(ROOT, w.rootKey).authority(0).sign()),
            "\"Example root\" allows 0 authorities below it, but the chain has 1."),
        row(
            "negative path length",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.doorDer,
                    w.site()
                        .withRaw(
                            Extension.basicConstraints,
                            true,
                            new byte[] {0x30, 6, 1, 1, -1, 2, 1, -1})
                        .sign()),
            "it has a path length that makes no sense"),
        row(
            "DNS name outside what the site may certify",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.door().dns("door.example.com").sign(),
                    constrained(w, tree(GeneralName.dNSName, "example.org"), null).sign()),
            "has the name door.example.com, outside what \"Ward 3\" is allowed to certify"),
        row(
            "DNS name that only ends alike",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.door().dns("badexample.org").sign(),
                    constrained(w, tree(GeneralName.dNSName, "example.org"), null).sign()),
            "outside what \"Ward 3\""),
        row(
            "excluded DNS name",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.door().dns("Safe.Example.ORG").sign(),
                    constrained(w, null, tree(GeneralName.dNSName, "safe.example.org")).sign()),
            "has the name safe.example.org, outside"),
        row(
            "SPIFFE trust domain outside",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.doorDer,
                    constrained(w, tree(GeneralName.uniformResourceIdentifier, "example.com"), null)
                        .sign()),
            "has the name spiffe://example.org/ward/3/door/7, outside"),
        row(
            "role from a site bound to domains",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.door().uri("keymoot:role:chair").sign(),
                    constrained(w, null, tree(GeneralName.uniformResourceIdentifier, "example.com"))
                        .sign()),
            "has the name keymoot:role:chair (it has no host that could lie inside)"),
        row(
            "directory name outside",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.doorDer,
                    constrained(
                            w, new GeneralSubtree(new GeneralName(new X500Name("O=Other"))), null)
                        .sign()),
            "has the name O=Example, OU=Doors, CN=door 7, outside"),
        row(
            "IP address outside",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.door().names(new GeneralName(GeneralName.iPAddress, "10.2.0.1")).sign(),
                    constrained(w, tree(GeneralName.iPAddress, "10.1.0.0/16"), null).sign()),
            "outside what \"Ward 3\""),
        row(
            "e-mail address outside",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.door().names(new GeneralName(GeneralName.rfc822Name, "a@evil.org")).sign(),
                    constrained(w, tree(GeneralName.rfc822Name, "example.org"), null).sign()),
            "has the name a@evil.org, outside"),
        row(
            "e-mail address in the subject outside",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.door().subject("E=a@evil.org,CN=x").sign(),
                    constrained(w, tree(GeneralName.rfc822Name, "example.org"), null).sign()),
            "has the name a@evil.org, outside"),
        row(
            "constraint on the anchor counts too",
            By.GROUP,
            w ->
                new Shown(w, w.door().dns("door.example.com").sign(), w.siteDer)
                    .under(
                        Draft.root(ROOT, w.rootKey)
                            .with(
                                Extension.nameConstraints,
                                true,
                                new NameConstraints(
                                    new GeneralSubtree[] {tree(GeneralName.dNSName, "example.org")},
                                    null))
                            .sign()),
            "outside what \"Example root\" is allowed to certify"),
        row(
            "constraint of a kind that is not understood",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.doorDer,
                    constrained(w, tree(GeneralName.registeredID, "1.2.3"), null).sign()),
            "it constrains names of a kind that is not understood here"),
        row(
            "excluded directory names",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.doorDer,
                    constrained(
                            w, null, new GeneralSubtree(new GeneralName(new X500Name("O=Other"))))
                        .sign()),
            "it excludes directory names, which can be spelt in many ways"));
  }

  private static Bytes foreignKey(String algorithm, String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (!curve.isEmpty()) {
        generator.initialize(new ECGenParameterSpec(curve));
      }
      return Bytes.owning(generator.generateKeyPair().getPublic().getEncoded());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Bytes rsaKey() {
    BigInteger modulus = new BigInteger(2048, new Random(6)).setBit(2047).setBit(0);
    return Bytes.owning(
        Draft.encode(
            new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(
                    new ASN1ObjectIdentifier("1.2.840.113549.1.1.1"), DERNull.INSTANCE),
                Draft.pair(modulus, BigInteger.valueOf(65_537)))));
  }

  private static Bytes weakKey(String curveOid) {
    // The curve is refused by name; its point need not be one.
    byte[] point = new byte[49];
    point[0] = 4;
    return Bytes.owning(
        Draft.encode(
            new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(
                    new ASN1ObjectIdentifier("1.2.840.10045.2.1"),
                    new ASN1ObjectIdentifier(curveOid)),
                point)));
  }

  private static Bytes compressed(SigningKey key) {
    byte[] whole = key.spki().toArray();
    byte[] point = Arrays.copyOfRange(whole, 26, 59);
    point[0] = (byte) (2 + (whole[90] & 1));
    return Bytes.owning(
        Draft.encode(
            new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(
                    new ASN1ObjectIdentifier("1.2.840.10045.2.1"),
                    new ASN1ObjectIdentifier("1.2.840.10045.3.1.7")),
                point)));
  }

  private static Bytes spoilt(Bytes bytes, int at) {
    byte[] copy = bytes.toArray();
    copy[at] ^= 1;
    return Bytes.owning(copy);
  }

  private static Stream<Arguments> keys() {
    return Stream.of(
        row(
            "RSA key",
            By.GROUP,
            w -> new Shown(w, w.door().key(rsaKey()).sign(), w.siteDer),
            "its key is RSA; Ed25519 and ECDSA P-256 are accepted"),
        row(
            "P-384 key",
            By.GROUP,
            w -> new Shown(w, w.door().key(foreignKey("EC", "secp384r1")).sign(), w.siteDer),
            "its key is on the curve P-384"),
        row(
            "weak curve P-192",
            By.GROUP,
            w -> new Shown(w, w.door().key(weakKey("1.2.840.10045.3.1.1")).sign(), w.siteDer),
            "its key is on the curve P-192"),
        row(
            "Ed448 key",
            By.GROUP,
            w -> new Shown(w, w.door().key(foreignKey("Ed448", "")).sign(), w.siteDer),
            "its key is Ed448"),
        row(
            "X25519 key",
            By.GROUP,
            w -> new Shown(w, w.door().key(foreignKey("X25519", "")).sign(), w.siteDer),
            "its key is X25519"),
        row(
            "compressed point",
            By.GROUP,
            w -> new Shown(w, w.door().key(compressed(w.curveKey)).sign(), w.siteDer),
            "uncompressed P-256 (91 bytes) in its one DER form"),
        row(
            "point beside the curve",
            By.GROUP,
            w -> new Shown(w, w.door().key(spoilt(w.curveKey.spki(), 60)).sign(), w.siteDer),
            "the P-256 key is no point of the curve"),
        row(
            "Ed25519 key of small order",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.door()
                        .key(Bytes.fromHex("302a300506032b6570032100" + "01" + "00".repeat(31)))
                        .sign(),
                    w.siteDer),
            "the Ed25519 key is no point, or one of small order"),
        row(
            "RSA anchor",
            By.GROUP,
            w ->
                new Shown(w, w.doorDer, w.siteDer)
                    .under(Draft.root(ROOT, w.rootKey).key(rsaKey()).sign()),
            "None of the anchors is an acceptable certificate."));
  }

  private static Stream<Arguments> signatures() {
    return Stream.of(
        row(
            "zero signature, Ed25519",
            By.GROUP,
            w -> new Shown(w, w.door().sealed(new byte[64]), w.siteDer),
            "is not by the key of \"Ward 3\": it is forged or damaged"),
        row(
            "zero signature, ECDSA",
            By.GROUP,
            w ->
                new Shown(
                        w,
                        Draft.device("CN=C", w.curveKey, DOOR, w.doorKey)
                            .sealed(Draft.pair(BigInteger.ZERO, BigInteger.ZERO)))
                    .under(Draft.root("CN=C", w.curveKey).sign()),
            "is not by the key of the anchor \"C\": it is forged or damaged"),
        row(
            "ECDSA numbers as large as the order",
            By.GROUP,
            w ->
                new Shown(
                        w,
                        Draft.device("CN=C", w.curveKey, DOOR, w.doorKey)
                            .sealed(
                                Draft.pair(
                                    new BigInteger(
                                        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
                                        16),
                                    BigInteger.ONE)))
                    .under(Draft.root("CN=C", w.curveKey).sign()),
            "is not by the key of the anchor"),
        row(
            "empty signature",
            By.GROUP,
            w -> new Shown(w, w.door().sealed(new byte[0]), w.siteDer),
            "is not by the key of \"Ward 3\""),
        row(
            "signed by another key",
            By.GROUP,
            w -> new Shown(w, w.door().signedBy(w.otherKey).sign(), w.siteDer),
            "is not by the key of \"Ward 3\""),
        row(
            "one bit of the signed part changed",
            By.GROUP,
            w -> new Shown(w, spoilt(w.doorDer, 20), w.siteDer),
            "is not by the key of \"Ward 3\""),
        row(
            "RSA signature",
            By.GROUP,
            w -> new Shown(w, w.door().saysSignedBy("1.2.840.113549.1.1.11").sign(), w.siteDer),
            "it is signed by RSA with SHA-256; Ed25519 and ECDSA with P-256 and SHA-256 are"
                + " accepted"),
        row(
            "SHA-1 signature",
            By.GROUP,
            w -> new Shown(w, w.door().saysSignedBy("1.2.840.10045.4.1").sign(), w.siteDer),
            "it is signed by ECDSA with SHA-1"),
        row(
            "two algorithms named",
            By.GROUP,
            w -> new Shown(w, w.door().outerAlgorithm(Draft.ECDSA).sign(), w.siteDer),
            "it names two different signature algorithms"),
        row(
            "algorithm of another kind of key",
            By.GROUP,
            w -> new Shown(w, w.door().saysSignedBy(Draft.ECDSA.getId()).sign(), w.siteDer),
            "is not by the key of \"Ward 3\""));
  }

  private static Stream<Arguments> shapes() {
    return Stream.of(
        row(
            "garbage",
            By.GROUP,
            w ->
                new Shown(
                    w, Bytes.of("not a certificate".getBytes(StandardCharsets.UTF_8)), w.siteDer),
            "Certificate 1 of the chain is not acceptable: it has the wrong type"),
        row(
            "empty",
            By.GROUP,
            w -> new Shown(w, Bytes.EMPTY, w.siteDer),
            "it is missing or cut off"),
        row(
            "truncated",
            By.GROUP,
            w -> new Shown(w, w.doorDer.slice(0, w.doorDer.length() - 1), w.siteDer),
            "Certificate 1 of the chain is not acceptable: it is cut off"),
        row(
            "site truncated",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.siteDer.slice(0, 100)),
            "Certificate 2 of the chain is not acceptable: it is cut off"),
        row(
            "trailing bytes",
            By.GROUP,
            w -> new Shown(w, new WireWriter().fixed(w.doorDer).u8(0).toBytes(), w.siteDer),
            "1 bytes too many at the end of it"),
        row(
            "far too large",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.door()
                        .with(
                            new ASN1ObjectIdentifier("1.2.3.4"),
                            false,
                            new DEROctetString(new byte[4000]))
                        .sign(),
                    w.siteDer),
            "at most 4096"),
        row(
            "version 1",
            By.GROUP,
            w -> new Shown(w, w.door().version(1).withoutExtensions().sign(), w.siteDer),
            "it is of version 1; version 3 is needed"),
        row(
            "version 2",
            By.GROUP,
            w -> new Shown(w, w.door().version(2).withoutExtensions().sign(), w.siteDer),
            "it is not of version 3"),
        row(
            "serial number zero",
            By.GROUP,
            w -> new Shown(w, w.door().serial(0).sign(), w.siteDer),
            "the serial number is not positive"),
        row(
            "negative serial number",
            By.GROUP,
            w -> new Shown(w, w.door().serial(-5).sign(), w.siteDer),
            "the serial number is not positive"),
        row(
            "serial number too long",
            By.GROUP,
            w -> new Shown(w, w.door().serial(BigInteger.ONE.shiftLeft(160)).sign(), w.siteDer),
            "the serial number is longer than 20 bytes"),
        row(
            "no issuer",
            By.GROUP,
            w -> new Shown(w, w.door().issuer("").sign(), w.siteDer),
            "the issuer has no name"),
        row(
            "names nobody",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.door().subject("").without(Extension.subjectAlternativeName).sign(),
                    w.siteDer),
            "The certificate names nobody"),
        row(
            "unknown critical extension",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.door()
                        .with(new ASN1ObjectIdentifier("1.2.3.4"), true, new DERIA5String("x"))
                        .sign(),
                    w.siteDer),
            "has the critical extension 1.2.3.4, which is not understood here"),
        row(
            "unknown critical extension in the site",
            By.GROUP,
            w ->
                new Shown(
                    w,
                    w.doorDer,
                    w.site()
                        .with(new ASN1ObjectIdentifier("1.2.3.4"), true, new DERIA5String("x"))
                        .sign()),
            "The certificate of \"Ward 3\" has the critical extension 1.2.3.4"),
        row(
            "an extension twice",
            By.GROUP,
            w -> new Shown(w, w.door().twice(Extension.keyUsage).sign(), w.siteDer),
            "it has the extension 2.5.29.15 twice"),
        row(
            "two SPIFFE ids",
            By.GROUP,
            w -> new Shown(w, w.door().uri("spiffe://a/b", "spiffe://a/c").sign(), w.siteDer),
            "it has 2 SPIFFE ids; one is allowed"),
        row(
            "misshapen SPIFFE id",
            By.GROUP,
            w -> new Shown(w, w.door().uri("spiffe://a/../b").sign(), w.siteDer),
            "its SPIFFE id spiffe://a/../b is misshapen"),
        row(
            "misshapen DNS name",
            By.GROUP,
            w -> new Shown(w, w.door().dns("a..b").sign(), w.siteDer),
            "its DNS name a..b is misshapen"),
        row(
            "zero byte in a DNS name",
            By.GROUP,
            w -> new Shown(w, w.door().dns("good.example.org\0.evil.org").sign(), w.siteDer),
            "has a character outside printable ASCII"),
        row(
            "a length longer than needed",
            By.GROUP,
            w ->
                new Shown(w, Bytes.fromHex("30840000" + w.doorDer.toHex().substring(4)), w.siteDer),
            "it has a length that is indefinite or far too long"),
        row(
            "credential cut off",
            By.GROUP,
            w -> new Shown(w).showing(w.doorCredential().slice(0, 50)),
            "The credential is malformed: certificate is cut off"),
        row(
            "credential with trailing bytes",
            By.GROUP,
            w -> new Shown(w).showing(new WireWriter().fixed(w.doorCredential()).u8(1).toBytes()),
            "1 bytes too many at the end"),
        row(
            "credential of another version",
            By.GROUP,
            w -> new Shown(w).showing(Bytes.fromHex("090000")),
            "credential of version 9, not 1"));
  }

  private static Stream<Arguments> audiences() {
    return Stream.of(
        row(
            "matches no pattern",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.siteDer).matching("cn=window *", "o=Other"),
            "matches none of the patterns asked for"),
        row(
            "SPIFFE path one level too deep",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.siteDer).matching("spiffe=spiffe://example.org/ward/*"),
            "matches none of the patterns asked for"),
        row(
            "only one of two terms",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.siteDer).matching("cn=door 7 & ou=Windows"),
            "matches none of the patterns asked for"),
        row(
            "a role asked for that was not handed down",
            By.GROUP,
            w ->
                new Shown(w, w.door().uri("keymoot:role:chair").sign(), w.siteDer)
                    .matching("role=chair"),
            "matches none of the patterns asked for"),
        row(
            "a pattern that cannot be read",
            By.GROUP,
            w -> new Shown(w, w.doorDer, w.siteDer).matching("o=Example", "colour=red"),
            "A pattern cannot be read: \"colour\" is not a field"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void isRefusedForAReasonThatAPersonUnderstands(
      String name, By by, Function<World, Shown> made, String reason) {
    World world = new World();
    Shown shown = made.apply(world);

    CredentialVerdict fixed =
        new CredentialChecker()
            .check(World.found(shown.trust()), shown.key().spki(), shown.credential());
    assertThat(fixed)
        .isInstanceOf(
            by == By.GROUP ? CredentialVerdict.Refused.class : CredentialVerdict.Accepted.class);

    AdmissionPolicy policy = World.admitting("admit: {certificate: any}");
    assertThat(policy.takeRevocationLists(shown.lists())).isEmpty();
    Reply reply =
        policy.ask(
            World.question(shown.trust(), shown.key(), shown.credential()),
            shown.date(),
            World.NOW);
    assertThat(reply).isInstanceOf(Reply.No.class);
    assertThat(World.reason(reply)).contains(reason).endsWith(".");
    assertThat(((Reply.No) reply).remedy()).isNotBlank();
  }

  @Test
  void theTableHasItsFortyRowsAndMore() {
    assertThat(bad()).hasSizeGreaterThanOrEqualTo(40);
  }

  @Test
  void whatTheRowsSpoilIsGoodOtherwise() {
    World world = new World();
    AdmissionPolicy policy = World.admitting("admit: {certificate: any}");

    assertThat(policy.ask(world.mayDoorJoin(), TODAY, World.NOW)).isInstanceOf(Reply.Yes.class);
  }

  @Test
  void theSecondCertificateUnderOneSerialNumberIsRefused() {
    World world = new World();
    AdmissionPolicy policy = World.admitting("admit: {certificate: any}");
    Bytes first = world.door().serial(77).sign();
    Bytes second = Draft.device(SITE, world.siteKey, "CN=twin", world.otherKey).serial(77).sign();

    Reply one =
        policy.ask(
            World.question(world.trust(), world.doorKey, credential(first, world.siteDer)),
            TODAY,
            World.NOW);
    Reply two =
        policy.ask(
            World.question(world.trust(), world.otherKey, credential(second, world.siteDer)),
            TODAY,
            World.NOW);

    assertThat(one).isInstanceOf(Reply.Yes.class);
    assertThat(World.reason(two))
        .isEqualTo(
            "The certificate of \"twin\" has serial number 4d, under which \"Ward 3\" already"
                + " certified another.");
  }

  /** Whoever holds a chain under a P-256 root can give its signatures another s, in secret. */
  @Test
  void aCertificateWithAMauledSignatureShutsNobodyOut() {
    World world = new World();
    SigningKey rootKey = Draft.p256(11);
    Bytes root = Draft.root(ROOT, rootKey).sign();
    Bytes site = Draft.site(ROOT, rootKey, SITE, world.siteKey).sign();
    Bytes mauled = Draft.site(ROOT, rootKey, SITE, world.siteKey).highS().sign();
    assertThat(mauled).isNotEqualTo(site);
    Trust trust = new Trust(List.of(root), List.of(), Optional.empty());
    Bytes other = Draft.device(SITE, world.siteKey, "CN=other", world.otherKey).sign();
    AdmissionPolicy policy = World.admitting("admit: {certificate: any}");

    Reply mauler =
        policy.ask(
            World.question(trust, world.otherKey, credential(other, mauled)), TODAY, World.NOW);
    Reply genuine =
        policy.ask(
            World.question(trust, world.doorKey, credential(world.doorDer, site)),
            TODAY,
            World.NOW);

    assertThat(mauler).isInstanceOf(Reply.Yes.class);
    assertThat(World.reason(genuine)).startsWith("yes");
  }

  /** Let in by an invite, its contradicting certificate is not the one that counts from now on. */
  @Test
  void whoComesInByAnotherWayDoesNotChangeWhichCertificateCounts() {
    World world = new World();
    AdmissionPolicy policy =
        World.admitting(
            "admit: {any: [{certificate: any}, {allow: ["
                + CheckedText.of(Draft.fingerprint(world.otherKey))
                + "]}]}");
    Bytes genuine = world.door().serial(77).sign();
    Bytes twin = Draft.device(SITE, world.siteKey, "CN=twin", world.otherKey).serial(77).sign();
    Question door =
        World.question(world.trust(), world.doorKey, credential(genuine, world.siteDer));
    Question other = World.question(world.trust(), world.otherKey, credential(twin, world.siteDer));

    assertThat(policy.ask(door, TODAY, World.NOW)).isInstanceOf(Reply.Yes.class);
    assertThat(World.reason(policy.ask(other, TODAY, World.NOW))).contains("on the allow list");
    assertThat(policy.ask(door, TODAY, World.NOW)).isInstanceOf(Reply.Yes.class);
  }

  @Test
  void aRevocationListMustBeByTheAuthorityItself() {
    World world = new World();
    AdmissionPolicy policy = World.admitting("admit: {certificate: any}");
    Bytes impostor = Draft.root(SITE, world.otherKey).sign();

    assertThat(
            policy.takeRevocationLists(
                List.of(list(world, world.otherKey, impostor, world.doorDer, 7))))
        .isEmpty();

    assertThat(policy.ask(world.mayDoorJoin(), TODAY, World.NOW)).isInstanceOf(Reply.Yes.class);
  }

  @Test
  void whereRevocationListsAreRequiredTheirAbsenceAndAgeAreReasons() {
    World world = new World();
    AdmissionPolicy policy =
        World.admitting("certificates: {revocation: required}\nadmit: {certificate: any}");

    assertThat(World.reason(policy.ask(world.mayDoorJoin(), TODAY, World.NOW)))
        .isEqualTo("No revocation list of \"Ward 3\" is at hand, and the policy requires one.");

    Bytes sites = list(world, world.siteKey, world.siteDer, world.rootDer, 1);
    Bytes roots = list(world, world.rootKey, world.rootDer, world.rootDer, 1);
    policy.takeRevocationLists(List.of(sites, roots));
    assertThat(policy.ask(world.mayDoorJoin(), TODAY, World.NOW)).isInstanceOf(Reply.Yes.class);
    assertThat(World.reason(policy.ask(world.mayDoorJoin(), TODAY.plusDays(2), World.NOW)))
        .contains("The revocation list of \"Ward 3\" is out of date since");
  }

  @Test
  void anUnreadableRevocationListIsNamedAndTheOthersCount() {
    World world = new World();
    AdmissionPolicy policy = World.admitting("admit: {certificate: any}");

    List<String> faults =
        policy.takeRevocationLists(
            List.of(
                Bytes.fromHex("3003020101"),
                list(world, world.siteKey, world.siteDer, world.doorDer, 7)));

    assertThat(faults).singleElement().asString().startsWith("Revocation list 1 cannot be read");
    assertThat(World.reason(policy.ask(world.mayDoorJoin(), TODAY, World.NOW)))
        .contains("was revoked");
  }

  @Test
  void aClockThatIsAFewMinutesOffRefusesNobody() {
    World world = new World();
    AdmissionPolicy policy = World.admitting("admit: {certificate: any}");

    assertThat(policy.ask(world.mayDoorJoin(), Draft.DIES.plusSeconds(299), World.NOW))
        .isInstanceOf(Reply.Yes.class);
    assertThat(policy.ask(world.mayDoorJoin(), Draft.DIES.plusSeconds(301), World.NOW))
        .isInstanceOf(Reply.No.class);
  }

  /** Four certificates as long as they may be are a little too much: the last is shorter. */
  private static Bytes credentialOf(int length) {
    Bytes longest = Bytes.owning(new byte[AdmissionLimits.CERTIFICATE_BYTES]);
    int rest =
        length - new Credential(List.of(longest, longest, longest), List.of()).encode().length();
    Bytes last = Bytes.owning(new byte[rest - 2]);
    return new Credential(List.of(longest, longest, longest, last), List.of()).encode();
  }

  @Test
  void aCredentialOfTheLargestSizeIsReadAndOneByteMoreIsNot() {
    Bytes largest = credentialOf(Limits.CREDENTIAL_BYTES);
    assertThat(largest.length()).isEqualTo(16_384);
    assertThat(Credential.decode(largest).orThrow().encode()).isEqualTo(largest);

    Bytes larger = credentialOf(Limits.CREDENTIAL_BYTES + 1);
    assertThat(larger.length()).isEqualTo(16_385);
    assertThat(Credential.decode(larger).toString())
        .contains("has 16385 bytes, at most 16384 are allowed");
  }
}
