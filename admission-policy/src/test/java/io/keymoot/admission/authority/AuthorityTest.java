package io.keymoot.admission.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.admission.Draft;
import io.keymoot.admission.Question;
import io.keymoot.admission.Reply;
import io.keymoot.admission.WallTime;
import io.keymoot.admission.World;
import io.keymoot.admission.certificate.AlternativeNames;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.admission.certificate.Pem;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TimeZone;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From nothing to a device that gets in. */
@Isolated // it changes the locale for a moment
class AuthorityTest {
  private static final WallTime TODAY = World.TODAY;
  private static final Authority.Validity YEARS =
      new Authority.Validity(TODAY, TODAY.plusDays(3650));
  private static final Authority.Validity DAYS = new Authority.Validity(TODAY, TODAY.plusDays(90));

  private final Entropy entropy = Draft.entropy(70);

  private Authority root(SignatureKind kind) {
    return Authority.root(Optional.of("Example"), "Example root", YEARS, kind, entropy);
  }

  private static Authority.SiteTerms ward(List<String> roles, List<String> domains) {
    return new Authority.SiteTerms("Ward 3", YEARS, roles, domains);
  }

  private static AlternativeNames uris(String... uris) {
    return new AlternativeNames(List.of(), List.of(), List.of(uris), List.of(), List.of());
  }

  private static CredentialVerdict check(Authority root, SigningKey key, Credential credential) {
    Trust trust = new Trust(List.of(root.certificate().der()), List.of(), Optional.empty());
    return new CredentialChecker().check(World.found(trust), key.spki(), credential.encode());
  }

  private static List<String> roles(CredentialVerdict verdict) {
    assertThat(verdict).isInstanceOf(CredentialVerdict.Accepted.class);
    return List.copyOf(((CredentialVerdict.Accepted) verdict).roles());
  }

  @ParameterizedTest
  @EnumSource(SignatureKind.class)
  void rootSiteAndDeviceMakeACredentialThatIsAccepted(SignatureKind kind) {
    Authority root = root(kind);
    Authority site = root.site(ward(List.of("*"), List.of()), kind, entropy);
    SigningKey key = SigningKey.generate(kind, entropy);
    CertificateRequest request =
        CertificateRequest.create(
            key, Optional.of("Example"), "door 7", uris("spiffe://example.org/ward/3/door/7"));
    CertificateRequest received = CertificateRequest.decode(request.der()).orThrow();
    Certificate device =
        site.certify(received, new Authority.DeviceTerms(DAYS, List.of("chair")), entropy);

    assertThat(roles(check(root, key, site.credential(device)))).containsExactly("chair");
    assertThat(device.subject().toString()).isEqualTo("O=Example, CN=door 7");
    assertThat(device.names().spiffeId()).contains("spiffe://example.org/ward/3/door/7");
    assertThat(device.notAfter()).isEqualTo(DAYS.until());
    assertThat(
            World.admitting("admit: {certificate: any}")
                .ask(
                    World.question(
                        Question.Purpose.ADMIT,
                        new Trust(List.of(root.certificate().der()), List.of(), Optional.empty()),
                        key,
                        site.credential(device).encode()),
                    TODAY,
                    World.NOW))
        .isInstanceOf(Reply.Yes.class);
  }

  @Test
  void rolesAreGivenAndNeverTakenByAsking() {
    Authority root = root(SignatureKind.ED25519);
    Authority site = root.site(ward(List.of("*"), List.of()), SignatureKind.ED25519, entropy);
    SigningKey key = SigningKey.generate(SignatureKind.ED25519, entropy);
    CertificateRequest greedy =
        CertificateRequest.create(
            key, Optional.empty(), "door", uris("keymoot:role:chair", "urn:x:1"));
    Certificate device =
        site.certify(greedy, new Authority.DeviceTerms(DAYS, List.of("medic")), entropy);

    assertThat(device.names().uris()).containsExactly("urn:x:1", "keymoot:role:medic");
    assertThat(roles(check(root, key, site.credential(device)))).containsExactly("medic");
  }

  @Test
  void aSiteBoundToDomainsCannotCertifyOthers() {
    Authority root = root(SignatureKind.ED25519);
    Authority site =
        root.site(ward(List.of(), List.of("example.org")), SignatureKind.ED25519, entropy);
    SigningKey key = SigningKey.generate(SignatureKind.ED25519, entropy);
    Authority.DeviceTerms terms = new Authority.DeviceTerms(DAYS, List.of());

    Certificate inside =
        site.certify(
            CertificateRequest.create(
                key, Optional.empty(), "door", uris("spiffe://example.org/door")),
            terms,
            entropy);
    Certificate outside =
        site.certify(
            CertificateRequest.create(
                key, Optional.empty(), "door", uris("spiffe://example.com/door")),
            terms,
            entropy);

    assertThat(check(root, key, site.credential(inside)))
        .isInstanceOf(CredentialVerdict.Accepted.class);
    assertThat(check(root, key, site.credential(outside)))
        .isInstanceOf(CredentialVerdict.Refused.class);
    assertThatThrownBy(() -> ward(List.of("chair"), List.of("example.org")))
        .hasMessageContaining("leave out one of the two");
  }

  @Test
  void aSiteMakesNoSites() {
    Authority site =
        root(SignatureKind.ED25519)
            .site(ward(List.of(), List.of()), SignatureKind.ED25519, entropy);

    assertThatThrownBy(() -> site.site(ward(List.of(), List.of()), SignatureKind.ED25519, entropy))
        .hasMessageContaining("no authorities below it");
  }

  @Test
  void sameEntropySameDatesSameCertificatesToTheByte() {
    List<Bytes> once = story(71);

    assertThat(story(71)).isEqualTo(once);
    assertThat(story(72)).doesNotContainAnyElementsOf(once);
  }

  @Test
  void aKeyFileDrawsItsSaltsFromTheEntropyItIsGivenToo() {
    SigningKey key = Draft.ed25519(73);
    byte[] once = KeyFile.pkcs12(key, List.of(), "d", "pw".toCharArray(), Draft.entropy(74));

    assertThat(KeyFile.pkcs12(key, List.of(), "d", "pw".toCharArray(), Draft.entropy(74)))
        .isEqualTo(once);
  }

  @Test
  void theDatesInCertificatesAreTheSameWhateverCalendarTheMachineKeeps() {
    List<Bytes> plain = story(71);
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      for (String tag : List.of("th-TH-u-ca-buddhist", "ar-EG-u-nu-arab", "ja-JP-u-ca-japanese")) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
        assertThat(story(71)).as(tag).isEqualTo(plain);
      }
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
  }

  private static List<Bytes> story(long seed) {
    Entropy entropy = Draft.entropy(seed);
    Authority root =
        Authority.root(Optional.empty(), "R", YEARS, SignatureKind.ECDSA_P256, entropy);
    Authority site = root.site(ward(List.of(), List.of()), SignatureKind.ED25519, entropy);
    SigningKey key = SigningKey.generate(SignatureKind.ECDSA_P256, entropy);
    CertificateRequest request =
        CertificateRequest.create(key, Optional.empty(), "d", AlternativeNames.NONE);
    Certificate device = site.certify(request, new Authority.DeviceTerms(DAYS, List.of()), entropy);
    TreeMap<BigInteger, WallTime> revoked = new TreeMap<>();
    revoked.put(device.serial(), TODAY);
    return List.of(
        root.certificate().der(),
        site.certificate().der(),
        request.der(),
        device.der(),
        site.revocationList(1, DAYS, revoked));
  }

  @Test
  void serialNumbersDiffer() {
    Authority root = root(SignatureKind.ED25519);
    TreeMap<BigInteger, String> serials = new TreeMap<>();
    for (int i = 0; i < 50; i++) {
      Authority site = root.site(ward(List.of(), List.of()), SignatureKind.ED25519, entropy);
      serials.put(site.certificate().serial(), "");
    }
    assertThat(serials).hasSize(50);
  }

  // ---- requests

  @Test
  void aRequestThatSomebodyElseSignedIsRefused() {
    SigningKey key = SigningKey.generate(SignatureKind.ED25519, entropy);
    Bytes der =
        CertificateRequest.create(key, Optional.empty(), "door", AlternativeNames.NONE).der();
    byte[] spoilt = der.toArray();
    spoilt[spoilt.length - 10] ^= 1;

    assertThat(CertificateRequest.decode(Bytes.owning(spoilt)))
        .isInstanceOfSatisfying(
            Decoded.Malformed.class,
            bad -> assertThat(bad.reason()).contains("not signed by the key it is about"));
  }

  @Test
  void whatIsNoRequestIsSaidSo() {
    SigningKey key = SigningKey.generate(SignatureKind.ED25519, entropy);
    Bytes der =
        CertificateRequest.create(key, Optional.empty(), "door", AlternativeNames.NONE).der();
    byte[] longer = Arrays.copyOf(der.toArray(), der.length() + 1);

    assertThat(CertificateRequest.decode(Bytes.EMPTY)).isInstanceOf(Decoded.Malformed.class);
    assertThat(CertificateRequest.decode(der.slice(0, 40))).isInstanceOf(Decoded.Malformed.class);
    assertThat(CertificateRequest.decode(Bytes.owning(longer)))
        .isInstanceOf(Decoded.Malformed.class);
    assertThat(CertificateRequest.decode(Bytes.owning(new byte[5000])))
        .isInstanceOf(Decoded.Malformed.class);
  }

  // ---- key files

  @ParameterizedTest
  @EnumSource(SignatureKind.class)
  void aKeyComesBackFromItsPem(SignatureKind kind) {
    SigningKey key = SigningKey.generate(kind, entropy);

    byte[] pem = KeyFile.pem(key);
    assertThat(new String(pem, StandardCharsets.US_ASCII))
        .startsWith("-----BEGIN PRIVATE KEY-----\n")
        .endsWith("\n-----END PRIVATE KEY-----\n");
    assertThat(KeyFile.fromPem(pem).orThrow().spki()).isEqualTo(key.spki());
  }

  @ParameterizedTest
  @EnumSource(SignatureKind.class)
  void aKeyAndItsChainComeBackFromPkcs12(SignatureKind kind) {
    Authority root = root(kind);
    Authority site = root.site(ward(List.of(), List.of()), kind, entropy);
    SigningKey key = SigningKey.generate(kind, entropy);
    Certificate device =
        site.certify(
            CertificateRequest.create(key, Optional.empty(), "door", AlternativeNames.NONE),
            new Authority.DeviceTerms(DAYS, List.of()),
            entropy);
    char[] password = "käse und brot".toCharArray();

    byte[] file =
        KeyFile.pkcs12(
            key,
            List.of(device, site.certificate(), root.certificate()),
            "door",
            password,
            entropy);

    KeyFile.Contents read = KeyFile.fromPkcs12(file, password).orThrow();
    assertThat(read.key().spki()).isEqualTo(key.spki());
    assertThat(Credential.ofChain(read.chain())).isEqualTo(site.credential(device));
    assertThat(KeyFile.fromPkcs12(file, "wrong".toCharArray()))
        .isEqualTo(new Decoded.Malformed<>("the password does not fit the file"));
  }

  @Test
  void anAuthorityIsReopenedFromItsFiles() {
    Authority root = root(SignatureKind.ED25519);
    SigningKey key = KeyFile.fromPem(KeyFile.pem(root.key())).orThrow();
    String pem = Pem.write(Pem.CERTIFICATE, root.certificate().der());
    Certificate certificate =
        Certificate.decode(Pem.read(Pem.CERTIFICATE, pem).orThrow().get(0)).orThrow();

    Authority reopened = Authority.reopen(key, List.of(certificate)).orThrow();

    assertThat(
            reopened
                .site(ward(List.of(), List.of()), SignatureKind.ED25519, entropy)
                .certificate()
                .issuer())
        .isEqualTo(root.certificate().subject());
    assertThat(Authority.reopen(Draft.ed25519(1), List.of(certificate)))
        .isEqualTo(
            new Decoded.Malformed<>("the key is not the one in the authority's certificate"));
  }

  @Test
  void whatIsNoKeyFileIsSaidSoWithoutQuotingIt() {
    byte[] secret =
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
            .getBytes(StandardCharsets.US_ASCII);

    assertThat(KeyFile.fromPem(secret).toString()).doesNotContain("c2Vj").doesNotContain("secret");
    assertThat(KeyFile.fromPem(new byte[0]).toString()).contains("BEGIN PRIVATE KEY");
    assertThat(
            KeyFile.fromPem("-----BEGIN EC PRIVATE KEY-----".getBytes(StandardCharsets.US_ASCII))
                .toString())
        .contains("openssl pkcs8");
    assertThat(
            KeyFile.fromPem(
                    "-----BEGIN ENCRYPTED PRIVATE KEY-----".getBytes(StandardCharsets.US_ASCII))
                .toString())
        .contains("PKCS#12");
    assertThat(KeyFile.fromPkcs12(new byte[] {1, 2, 3}, new char[0]))
        .isInstanceOf(Decoded.Malformed.class);
  }

  @Test
  void nothingPrintsAKey() {
    Authority root = root(SignatureKind.ED25519);
    String hex = Bytes.of(root.key().toPkcs8()).toHex().substring(32);

    assertThat(root.toString()).isEqualTo("Authority[\"Example root\"]");
    assertThat(root.key().toString()).doesNotContain(hex);
    assertThat(KeyFile.fromPem(KeyFile.pem(root.key())).toString()).doesNotContain(hex);
  }

  @Test
  void aClosedAuthorityCertifiesNobody() {
    Authority root = root(SignatureKind.ED25519);
    root.close();

    assertThatThrownBy(() -> root.site(ward(List.of(), List.of()), SignatureKind.ED25519, entropy))
        .isInstanceOf(IllegalStateException.class);
  }
}
