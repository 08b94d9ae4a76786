package io.keymoot.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.authority.CertificateRequest;
import io.keymoot.admission.certificate.AlternativeNames;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.admission.certificate.Examined;
import io.keymoot.admission.certificate.Pattern;
import io.keymoot.admission.certificate.RevocationList;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The fuzzer starts from the corpus, so there has to be something well formed in it for each
 * reader. {@code -Dcorpus.rewrite} writes these seeds anew, and leaves alone what fuzzing found.
 */
class FuzzCorpusTest {
  private static final Path CORPUS =
      Path.of("src/test/resources/io/keymoot/admission/DecodersFuzzTestInputs");
  private static final World WORLD = new World();

  @BeforeAll
  static void rewrite() throws IOException {
    if (System.getProperty("corpus.rewrite") == null) {
      return;
    }
    Bytes bound =
        WORLD
            .site()
            .with(
                Extension.nameConstraints,
                true,
                new NameConstraints(
                    new GeneralSubtree[] {
                      new GeneralSubtree(new GeneralName(GeneralName.dNSName, "example.org"))
                    },
                    null))
            .sign();
    Bytes chair =
        Draft.device(World.SITE, WORLD.siteKey, World.DOOR, WORLD.curveKey)
            .uri("keymoot:role:chair")
            .dns("door7.ward3.example.org")
            .sign();
    seed("certificate", "root", WORLD.rootDer);
    seed("certificate", "site", WORLD.siteDer);
    seed("certificate", "site-bound-to-names", bound);
    seed("certificate", "device", WORLD.doorDer);
    seed("certificate", "device-p256-with-role", chair);
    seed("credential", "chain", WORLD.doorCredential());
    seed("credential", "self-made", Credential.SELF_MADE.encode());
    try (InviteSecret invite = InviteSecret.link(Optional.of(World.GROUP), Draft.entropy(61));
        InviteSecret bare = InviteSecret.link(Optional.empty(), Draft.entropy(62))) {
      Credential door = Credential.decode(WORLD.doorCredential()).orThrow();
      Bytes proof = invite.prove(WORLD.doorKey.spki());
      seed("credential", "chain-and-invite", door.withInvite(proof).encode());
      seed("invite", "of-a-group", afterLink(invite));
      seed("invite", "alone", afterLink(bare));
    }
    seed(
        "revocationList",
        "of-site",
        BadCertificatesTest.list(WORLD, WORLD.siteKey, WORLD.siteDer, WORLD.doorDer, 7));
    seed(
        "revocationList",
        "of-root",
        BadCertificatesTest.list(WORLD, WORLD.rootKey, WORLD.rootDer, WORLD.siteDer, 7));
    seed("certificateRequest", "ed25519", request(WORLD.doorKey));
    seed("certificateRequest", "p256", request(WORLD.curveKey));
    seed("policyFile", "of-the-readme", text(PolicyFileTest.theReadmesFile()));
    seed("policyFile", "smallest", text(World.fileAdmitting("admit: anybody")));
    seed("pattern", "two-terms", text("o=Example & dns=*.ward3.example.org"));
    seed("pattern", "spiffe", text("spiffe=spiffe://example.org/ward/*/door/**"));
    seed("pattern", "role", text("role chair: role=chair & anchor=4f1e22aa90b7c3d5"));
  }

  private static Bytes request(SigningKey key) {
    return CertificateRequest.create(
            key,
            Optional.of("Example"),
            "door 7",
            new AlternativeNames(
                List.of("door7.example.org"),
                List.of("door7@example.org"),
                List.of("spiffe://example.org/ward/3/door/7"),
                List.of(),
                List.of()))
        .der();
  }

  private static Bytes afterLink(InviteSecret invite) {
    return text(invite.text().substring(DecodersFuzzTest.LINK.length()));
  }

  private static Bytes text(String text) {
    return Bytes.owning(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void seed(String reader, String name, Bytes bytes) throws IOException {
    Path folder = Files.createDirectories(CORPUS.resolve(reader));
    Files.write(folder.resolve(name), bytes.toArray());
  }

  private static List<Bytes> seeds(String reader) throws IOException {
    try (Stream<Path> files = Files.list(CORPUS.resolve(reader))) {
      List<Path> sorted = files.sorted().toList();
      List<Bytes> seeds = new ArrayList<>();
      for (Path file : sorted) {
        seeds.add(Bytes.owning(Files.readAllBytes(file)));
      }
      return seeds;
    }
  }

  private static <T> List<T> taken(String reader, Function<Bytes, Decoded<T>> read)
      throws IOException {
    return seeds(reader).stream()
        .map(read)
        .filter(Decoded.Ok.class::isInstance)
        .map(Decoded::orThrow)
        .toList();
  }

  private static String words(Bytes bytes) {
    return new String(bytes.toArray(), StandardCharsets.UTF_8);
  }

  @Test
  void everyTargetHasACorpusOfItsOwn() throws IOException {
    try (Stream<Path> folders = Files.list(CORPUS)) {
      assertThat(folders.map(each -> each.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(DecodersFuzzTest.targets());
    }
  }

  @Test
  void everyReaderOfBytesTakesSomethingOfItsCorpus() throws IOException {
    List<Certificate> certificates = taken("certificate", Certificate::decode);
    assertThat(certificates).anyMatch(Certificate::isSelfSigned);
    assertThat(certificates).anyMatch(each -> !each.isSelfSigned());
    assertThat(certificates).anyMatch(each -> !each.names().spiffeId().isEmpty());
    assertThat(taken("revocationList", RevocationList::decode))
        .anyMatch(list -> list.isBy(Certificate.decode(WORLD.siteDer).orThrow()));
    assertThat(taken("certificateRequest", CertificateRequest::decode))
        .anyMatch(each -> each.key().equals(WORLD.doorKey.spki()))
        .anyMatch(each -> each.key().equals(WORLD.curveKey.spki()));
    assertThat(taken("credential", Credential::decode))
        .anyMatch(each -> each.certificates().isEmpty())
        .anyMatch(each -> !each.invites().isEmpty());
  }

  /** Else no change of it would ever come past its signatures. */
  @Test
  void theCredentialOfTheCorpusLeadsToTheAnchorOfTheTest() throws IOException {
    assertThat(seeds("credential"))
        .anyMatch(
            each ->
                CredentialChecker.examine(WORLD.trust(), WORLD.doorKey.spki(), each)
                    instanceof Examined.ByChain);
  }

  @Test
  void everyReaderOfTextTakesSomethingOfItsCorpus() throws IOException {
    assertThat(seeds("policyFile"))
        .anyMatch(each -> PolicyFile.parse(words(each)) instanceof PolicyFile.Parsed.Good);
    assertThat(taken("pattern", each -> Pattern.parse(words(each)))).isNotEmpty();
    assertThat(taken("invite", each -> InviteSecret.parse(DecodersFuzzTest.LINK + words(each))))
        .anyMatch(each -> each.group().isPresent())
        .anyMatch(each -> each.group().isEmpty());
  }
}
