package io.keymoot.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.keymoot.admission.authority.CertificateRequest;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.CredentialChecker;
import io.keymoot.admission.certificate.Examined;
import io.keymoot.admission.certificate.Pattern;
import io.keymoot.admission.certificate.RevocationList;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Whatever a stranger or a tired person writes, the readers answer and do not throw. Every build
 * replays the corpus ({@code DecodersFuzzTestInputs}); the README has the command that searches for
 * more.
 */
class DecodersFuzzTest {
  static final String LINK = "keymoot:join?";
  private static final World WORLD = new World();

  /** Each has its folder of the corpus. */
  static List<String> targets() {
    return Stream.of(DecodersFuzzTest.class.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(FuzzTest.class))
        .map(Method::getName)
        .toList();
  }

  @FuzzTest(maxDuration = "2m")
  void credential(byte[] data) {
    Bytes bytes = Bytes.of(data);
    Examined examined = CredentialChecker.examine(WORLD.trust(), WORLD.doorKey.spki(), bytes);
    boolean genuine = bytes.equals(WORLD.doorCredential());
    // Only the genuine chain leads to the anchor: nobody else has the key.
    assertThat(examined instanceof Examined.ByChain).isEqualTo(genuine || sameCertificates(bytes));
    if (Credential.decode(bytes) instanceof Decoded.Ok<Credential> ok) {
      assertThat(ok.value().encode()).isEqualTo(bytes);
    }
  }

  /** Proofs of invites may stand beside a genuine chain. */
  private static boolean sameCertificates(Bytes bytes) {
    return Credential.decode(bytes) instanceof Decoded.Ok<Credential> ok
        && ok.value().certificates().equals(List.of(WORLD.doorDer, WORLD.siteDer));
  }

  @FuzzTest(maxDuration = "2m")
  void certificate(byte[] data) {
    if (Certificate.decode(Bytes.of(data)) instanceof Decoded.Ok<Certificate> ok) {
      assertThat(ok.value().shown()).isNotEmpty();
      assertThat(ok.value().isSelfSigned()).isIn(true, false);
    }
  }

  @FuzzTest(maxDuration = "2m")
  void revocationList(byte[] data) {
    if (RevocationList.decode(Bytes.of(data)) instanceof Decoded.Ok<RevocationList> ok) {
      assertThat(ok.value().isBy(Certificate.decode(WORLD.siteDer).orThrow())).isIn(true, false);
    }
  }

  @FuzzTest(maxDuration = "2m")
  void certificateRequest(byte[] data) {
    assertThat(CertificateRequest.decode(Bytes.of(data))).isNotNull();
  }

  @FuzzTest(maxDuration = "2m")
  void policyFile(byte[] data) {
    switch (PolicyFile.parse(text(data))) {
      case PolicyFile.Parsed.Good good -> assertThat(good.rules()).isNotNull();
      case PolicyFile.Parsed.Faulty faulty -> {
        assertThat(faulty.errors()).isNotEmpty();
        faulty.errors().forEach(each -> assertThat(each.line()).isPositive());
      }
    }
  }

  @FuzzTest(maxDuration = "2m")
  void pattern(byte[] data) {
    if (Pattern.parse(text(data)) instanceof Decoded.Ok<Pattern> ok) {
      Certificate door = Certificate.decode(WORLD.doorDer).orThrow();
      assertThat(ok.value().matches(door, door, door, List.of("chair"))).isIn(true, false);
    }
  }

  @FuzzTest(maxDuration = "2m")
  void invite(byte[] data) {
    // Codes cost memory and time on purpose: links take the same way through the reader.
    assertThat(InviteSecret.parse(LINK + text(data))).isNotNull();
  }

  private static String text(byte[] data) {
    return new String(data, StandardCharsets.UTF_8);
  }

  /** The same on every build, which does not search. */
  @Test
  void damagedFilesAreAnsweredToo() {
    Random random = new Random(80);
    String file = World.fileAdmitting("admit: {any: [{certificate: ['o=x']}, {ask: chair}]}");
    for (int round = 0; round < 2_000; round++) {
      StringBuilder damaged = new StringBuilder(file);
      for (int i = random.nextInt(6); i >= 0; i--) {
        damaged.setCharAt(
            random.nextInt(damaged.length()),
            "\n :-[]{}&*!|>'\"%@`#,?a\t\0".charAt(random.nextInt(24)));
      }
      assertThat(PolicyFile.parse(damaged.toString())).isNotNull();
      byte[] credential = WORLD.doorCredential().toArray();
      for (int i = random.nextInt(4); i >= 0; i--) {
        credential[random.nextInt(credential.length)] = (byte) random.nextInt(256);
      }
      assertThat(
              CredentialChecker.examine(
                  WORLD.trust(),
                  WORLD.doorKey.spki(),
                  Bytes.of(credential, 0, random.nextInt(credential.length))))
          .isInstanceOf(Examined.Refused.class);
    }
  }
}
