package io.keymoot.admission.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.World;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.admission.certificate.Pem;
import io.keymoot.admission.certificate.RevocationList;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.group.CredentialVerdict;
import io.keymoot.flatkeying.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Files made by OpenSSL 3, as in resources/openssl/make.sh. */
class ForeignFilesTest {

  private static byte[] file(String name) {
    try (InputStream in = ForeignFilesTest.class.getResourceAsStream("/openssl/" + name)) {
      assertThat(in).as(name).isNotNull();
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Certificate> certificates(String name) {
    return Pem.read(Pem.CERTIFICATE, new String(file(name), StandardCharsets.US_ASCII))
        .orThrow()
        .stream()
        .map(der -> Certificate.decode(der).orThrow())
        .toList();
  }

  @Test
  void aChainByOpensslIsAcceptedWithItsRoles() {
    Trust trust =
        new Trust(
            List.of(certificates("root.pem").get(0).der()), List.of("o=Example"), Optional.empty());
    SigningKey key = KeyFile.fromPem(file("device.key")).orThrow();

    assertThat(
            new CredentialChecker()
                .check(
                    World.found(trust),
                    key.spki(),
                    Credential.ofChain(certificates("chain.pem")).encode()))
        .isEqualTo(new CredentialVerdict.Accepted(new TreeSet<>(List.of("chair"))));
  }

  @Test
  void aPkcs12FileByOpensslIsRead() {
    KeyFile.Contents read =
        KeyFile.fromPkcs12(file("device.p12"), "correct horse".toCharArray()).orThrow();

    assertThat(read.chain().get(0).shown()).isEqualTo("\"door 7\"");
    assertThat(read.key().spki()).isEqualTo(KeyFile.fromPem(file("device.key")).orThrow().spki());
  }

  @Test
  void aRequestByOpensslIsRead() {
    Bytes der =
        Pem.read(Pem.CERTIFICATE_REQUEST, new String(file("device.csr"), StandardCharsets.US_ASCII))
            .orThrow()
            .get(0);

    CertificateRequest request = CertificateRequest.decode(der).orThrow();

    assertThat(request.subject().toString()).isEqualTo("O=Example, OU=Doors, CN=door 7");
    assertThat(request.names().dns()).containsExactly("door7.example.org");
  }

  @Test
  void aRevocationListByOpensslIsRead() {
    Bytes der =
        Pem.read(Pem.REVOCATION_LIST, new String(file("site.crl"), StandardCharsets.US_ASCII))
            .orThrow()
            .get(0);
    RevocationList list = RevocationList.decode(der).orThrow();

    assertThat(list.isBy(certificates("chain.pem").get(1))).isTrue();
    assertThat(list.revoked()).containsKey(certificates("chain.pem").get(0).serial());
  }
}
