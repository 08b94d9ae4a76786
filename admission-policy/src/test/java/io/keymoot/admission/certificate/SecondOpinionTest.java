package io.keymoot.admission.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.keymoot.admission.Draft;
import io.keymoot.admission.World;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.wire.Bytes;
import java.io.ByteArrayInputStream;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is accepted here, the platform's own path validation accepts too. */
class SecondOpinionTest {

  private record Chain(SigningKey key, List<Bytes> certificates, Bytes anchor) {}

  private static Arguments good(String name, Function<World, Chain> chain) {
    return arguments(name, chain);
  }

  private static Chain chain(World w, Draft device, Draft site) {
    return new Chain(w.doorKey, List.of(device.sign(), site.sign()), w.rootDer);
  }

  private static Draft constrained(World w, GeneralSubtree... permitted) {
    return w.site().with(Extension.nameConstraints, true, new NameConstraints(permitted, null));
  }

  private static GeneralSubtree tree(int kind, String name) {
    return new GeneralSubtree(new GeneralName(kind, name));
  }

  static Stream<Arguments> good() {
    return Stream.of(
        good("root, site, device", w -> chain(w, w.door(), w.site())),
        good(
            "root, device",
            w ->
                new Chain(
                    w.doorKey,
                    List.of(Draft.device(World.ROOT, w.rootKey, "CN=d", w.doorKey).sign()),
                    w.rootDer)),
        good(
            "P-256 throughout",
            w -> {
              SigningKey site = Draft.p256(11);
              SigningKey device = Draft.p256(12);
              return new Chain(
                  device,
                  List.of(
                      Draft.device("CN=S", site, "CN=d", device).sign(),
                      Draft.site("CN=R", w.curveKey, "CN=S", site).sign()),
                  Draft.root("CN=R", w.curveKey).sign());
            }),
        good(
            "P-256 above Ed25519, with s in the upper half",
            w ->
                new Chain(
                    w.doorKey,
                    List.of(Draft.device("CN=R", w.curveKey, "CN=d", w.doorKey).highS().sign()),
                    Draft.root("CN=R", w.curveKey).sign())),
        good(
            "no extended key usage",
            w -> chain(w, w.door().without(Extension.extendedKeyUsage), w.site())),
        good("no key usage", w -> chain(w, w.door().without(Extension.keyUsage), w.site())),
        good(
            "client and server",
            w ->
                chain(
                    w,
                    w.door().usage(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth),
                    w.site())),
        good(
            "names within constraints",
            w ->
                chain(
                    w,
                    w.door()
                        .names(
                            new GeneralName(GeneralName.dNSName, "door.example.org"),
                            new GeneralName(
                                GeneralName.uniformResourceIdentifier,
                                "spiffe://example.org/door/7"),
                            new GeneralName(GeneralName.rfc822Name, "door@example.org"),
                            new GeneralName(GeneralName.iPAddress, "10.1.2.3")),
                    constrained(
                        w,
                        tree(GeneralName.dNSName, "example.org"),
                        tree(GeneralName.uniformResourceIdentifier, "example.org"),
                        tree(GeneralName.rfc822Name, "example.org"),
                        tree(GeneralName.iPAddress, "10.1.0.0/16"),
                        new GeneralSubtree(new GeneralName(new X500Name("O=Example")))))),
        good(
            "a site below a site",
            w ->
                new Chain(
                    w.doorKey,
                    List.of(
                        Draft.device("CN=Sub", w.otherKey, "CN=d", w.doorKey).sign(),
                        Draft.site(World.SITE, w.siteKey, "CN=Sub", w.otherKey).sign(),
                        w.site().authority(1).sign()),
                    w.rootDer)),
        good(
            "a device with a name of its own kind only",
            w ->
                chain(
                    w,
                    w.door()
                        .subject("")
                        .with(
                            Extension.subjectAlternativeName,
                            true,
                            new GeneralNames(
                                new GeneralName(GeneralName.dNSName, "d.example.org"))),
                    w.site())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("good")
  void theGoodOnesAreAcceptedHereAndThere(String name, Function<World, Chain> made) {
    Chain chain = made.apply(new World());

    assertThat(here(chain)).isInstanceOf(Examined.ByChain.class);
    assertThatCode(() -> there(chain)).doesNotThrowAnyException();
  }

  @Test
  void noDamagedChainIsAcceptedHereAtAll() {
    World w = new World();
    Random random = new Random(20);
    int accepted = 0;
    for (int round = 0; round < 3_000; round++) {
      byte[] device = w.doorDer.toArray();
      byte[] site = w.siteDer.toArray();
      byte[] hit = random.nextBoolean() ? device : site;
      hit[random.nextInt(hit.length)] ^= (byte) (1 << random.nextInt(8));
      Chain chain =
          new Chain(w.doorKey, List.of(Bytes.owning(device), Bytes.owning(site)), w.rootDer);
      if (here(chain) instanceof Examined.ByChain) {
        accepted++;
      }
    }
    assertThat(accepted).isZero();
  }

  /**
   * Certificates put together at random: mostly bad, and signed truly, so it is the rules that
   * count.
   */
  @Test
  void whateverIsPutTogetherAtRandomWhatPassesHerePassesThere() {
    World w = new World();
    int passed = 0;
    for (int seed = 0; seed < 400; seed++) {
      Chain chain = random(w, new Random(seed));
      if (here(chain) instanceof Examined.ByChain) {
        passed++;
        assertThatCode(() -> there(chain)).as("seed " + seed).doesNotThrowAnyException();
      }
    }
    assertThat(passed).isBetween(40, 360);
  }

  private static Chain random(World w, Random random) {
    Draft site = w.site();
    Draft device = w.door();
    String[] hosts = {"example.org", "a.example.org", "example.com", "badexample.org"};
    if (random.nextInt(3) > 0) {
      String host = hosts[random.nextInt(hosts.length)];
      device.names(
          new GeneralName(GeneralName.dNSName, host),
          new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://" + host + "/x"),
          new GeneralName(GeneralName.rfc822Name, "x@" + host));
    }
    if (random.nextInt(2) > 0) {
      int[] kinds = {
        GeneralName.dNSName, GeneralName.uniformResourceIdentifier, GeneralName.rfc822Name
      };
      GeneralSubtree[] trees = {
        tree(
            kinds[random.nextInt(kinds.length)],
            (random.nextInt(3) == 0 ? "." : "") + hosts[random.nextInt(hosts.length)])
      };
      site.with(
          Extension.nameConstraints,
          true,
          random.nextInt(3) > 0
              ? new NameConstraints(trees, null)
              : new NameConstraints(null, trees));
    }
    if (random.nextInt(6) == 0) {
      site.keyUsage(1 << random.nextInt(8));
    }
    if (random.nextInt(6) == 0) {
      device.keyUsage(1 << random.nextInt(8));
    }
    if (random.nextInt(6) == 0) {
      site.without(Extension.basicConstraints);
    }
    if (random.nextInt(6) == 0) {
      device.signedBy(random.nextBoolean() ? w.otherKey : w.siteKey);
    }
    if (random.nextInt(6) == 0) {
      device.issuer(random.nextBoolean() ? "CN=Someone" : World.SITE);
    }
    List<Bytes> certificates = new ArrayList<>(List.of(device.sign(), site.sign()));
    Draft root = Draft.root(World.ROOT, w.rootKey).authority(random.nextInt(3));
    if (random.nextInt(6) == 0) {
      certificates.remove(1);
    }
    return new Chain(w.doorKey, certificates, root.sign());
  }

  private static Examined here(Chain chain) {
    return CredentialChecker.examine(
        new Trust(List.of(chain.anchor()), List.of(), Optional.empty()),
        chain.key().spki(),
        new Credential(chain.certificates(), List.of()).encode());
  }

  private static void there(Chain chain) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> path = new ArrayList<>();
    for (Bytes der : chain.certificates()) {
      path.add(parsed(factory, der));
    }
    PKIXParameters parameters =
        new PKIXParameters(Set.of(new TrustAnchor(parsed(factory, chain.anchor()), null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(Instant.ofEpochSecond(World.TODAY.epochSecond())));
    CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(path), parameters);
  }

  private static X509Certificate parsed(CertificateFactory factory, Bytes der) throws Exception {
    return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der.toArray()));
  }
}
