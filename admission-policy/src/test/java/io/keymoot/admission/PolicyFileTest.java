package io.keymoot.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.admission.certificate.Pem;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a person who wrote a policy file is told about it. */
class PolicyFileTest {
  private static final String REST = "expel: nobody\nfounder: nobody\nintroducer: nobody\n";
  private static final String FINGERPRINT =
      CheckedText.of(new Fingerprint(Hash32.sha256(new byte[] {3})));

  private static List<PolicyError> errors(String yaml) {
    return switch (PolicyFile.parse(yaml)) {
      case PolicyFile.Parsed.Good good -> List.of();
      case PolicyFile.Parsed.Faulty faulty -> faulty.errors();
    };
  }

  /** Lines are counted in the text given here, to which the other ways are added at the end. */
  static Stream<Arguments> wrong() {
    return Stream.of(
        arguments(
            "version: 2\nadmit: nobody\n",
            1,
            "version",
            "This version is not known here.",
            "version: 1"),
        arguments("admit: nobody\n", 1, "version", "The version is missing.", "version: 1"),
        arguments("version: 1\n", 1, "admit", "\"admit\" is missing.", "or write: admit: nobody"),
        arguments(
            "version: 1\nadmitt: nobody\nadmit: nobody\n",
            2,
            "admitt",
            "\"admitt\" is not a key here.",
            "There are: version, trust"),
        arguments(
            "version: 1\nadmit: everybody\n",
            2,
            "admit",
            "\"everybody\" is no rule.",
            "anybody, nobody, any"),
        arguments("version: 1\nadmit:\n", 2, "admit", "\"\" is no rule.", "There are"),
        arguments(
            "version: 1\nadmit:\n  - ask: chair\n",
            3,
            "admit",
            "It is not said how many of these are needed.",
            "any: or all:"),
        arguments(
            "version: 1\nadmit:\n  ask: chair\n  certificate: any\n",
            3,
            "admit",
            "Several rules stand side by side: ask, certificate.",
            "Make a list"),
        arguments(
            "version: 1\nadmit:\n  any:\n    - ask: chair\n    - cert: any\n",
            5,
            "admit.any[2].cert",
            "\"cert\" is not a key here.",
            "certificate"),
        arguments(
            "version: 1\nadmit:\n  all: {ask: x}\n",
            3,
            "admit.all",
            "A list is missing here.",
            "hyphen"),
        arguments(
            "version: 1\nadmit:\n  at_least: 3\n  of:\n    - ask: a\n    - ask: b\n",
            3,
            "admit.at_least",
            "not a number from 1 to 2",
            "at_least: 2"),
        arguments(
            "version: 1\nadmit:\n  at_least: two\n  of: [{ask: a}]\n",
            3,
            "admit.at_least",
            "not a number from 1 to 1",
            "at_least"),
        arguments(
            "version: 1\nadmit:\n  at_least: 1\n",
            3,
            "admit.at_least",
            "There is no list \"of\" beside it.",
            "of: with"),
        arguments(
            "version: 1\nadmit: {certificate: ['colour=red']}\n",
            2,
            "admit.certificate[1]",
            "\"colour\" is not a field",
            "o=Example"),
        arguments(
            "version: 1\nadmit: {certificate: ['role chair: o=x']}\n",
            2,
            "admit.certificate[1]",
            "A policy gives no roles.",
            "founded"),
        arguments(
            "version: 1\nadmit:\n  allow:\n    - " + FINGERPRINT + "\n    - ABC\n",
            5,
            "admit.allow[2]",
            "it has 3 letters and digits, not 56",
            "all eight groups"),
        arguments(
            "version: 1\nadmit:\n  allow:\n    - "
                + (FINGERPRINT.startsWith("A") ? "B" : "A")
                + FINGERPRINT.substring(1)
                + "\n",
            4,
            "admit.allow[1]",
            "something there is mistyped",
            "eight groups"),
        arguments(
            "version: 1\nadmit: {invite: ward}\n",
            2,
            "admit.invite",
            "There is no invite \"ward\" in the file.",
            "invite: any"),
        arguments(
            "version: 1\nadmit: {approvals: 0}\n",
            2,
            "admit.approvals",
            "This is not a number of approvals.",
            "from 1 to 16"),
        arguments(
            "version: 1\nadmit: {approvals: {from: ['o=x']}}\n",
            2,
            "admit.approvals",
            "The count is missing.",
            "count: 2"),
        arguments(
            "version: 1\nadmit: {group: xyz}\n",
            2,
            "admit.group",
            "This is not the id of a group.",
            "64 hex digits"),
        arguments(
            "version: 1\nadmit: {ask: }\n",
            2,
            "admit.ask",
            "A word or number is missing here.",
            "after the colon"),
        arguments(
            "version: 1\nadmit: {ask: [a, b]}\n",
            2,
            "admit.ask",
            "A word or number is missing here.",
            "colon"),
        arguments(
            "version: 1\ndeny: [x]\nadmit: nobody\n",
            2,
            "deny",
            "Keys and values are missing here.",
            "Indent"),
        arguments(
            "version: 1\ndeny:\n  people: [x]\nadmit: nobody\n",
            3,
            "deny.people",
            "\"people\" is not a key here.",
            "devices, certificates"),
        arguments(
            "version: 1\ncertificates:\n  revocation: maybe\nadmit: nobody\n",
            3,
            "certificates.revocation",
            "\"maybe\" is not a choice.",
            "ignored, if known, required"),
        arguments(
            "version: 1\ncertificates:\n  clock_tolerance: 5\nadmit: nobody\n",
            3,
            "certificates.clock_tolerance",
            "\"5\" is not a time of at most a day.",
            "5m"),
        arguments(
            "version: 1\ncertificates: {clock_tolerance: 25h}\nadmit: nobody\n",
            2,
            "certificates.clock_tolerance",
            "not a time of at most a day",
            "5m"),
        arguments(
            "version: 1\ntrust:\n  anchors:\n    - root.pem\nadmit: nobody\n",
            4,
            "trust.anchors[1]",
            "This is no certificate: there is no PEM block",
            "Paste the PEM"),
        arguments(
            "version: 1\ntrust: {roots: x}\nadmit: nobody\n",
            2,
            "trust.roots",
            "\"roots\" is not a key here.",
            "anchors"),
        arguments(
            "version: 1\ninvites:\n  - name: a\nadmit: nobody\n",
            3,
            "invites[1]",
            "The invite has no key.",
            "shown when it was made"),
        arguments(
            "version: 1\ninvites:\n  - {name: a, key: ABC}\nadmit: nobody\n",
            3,
            "invites[1].key",
            "This is not the key of an invite",
            "never its secret"),
        arguments(
            "version: 1\ninvites:\n  - {name: a, uses: 0}\nadmit: nobody\n",
            3,
            "invites[1].uses",
            "\"0\" is not a number of uses.",
            "unlimited"),
        arguments(
            "version: 1\ninvites:\n  - {name: a, expires: tomorrow}\nadmit: nobody\n",
            3,
            "invites[1].expires",
            "\"tomorrow\" is not a date and time in UTC.",
            "2027-01-31T12:00:00Z"),
        arguments(
            "version: 1\nadmit: nobody\nadmit: anybody\n",
            3,
            "",
            "\"admit\" stands here twice, first in line 2.",
            "Keep one"),
        arguments(
            "version: 1\nadmit: &x nobody\nother: *x\n",
            3,
            "",
            "*x refers to another place.",
            "Write it out"),
        arguments("version: 1\nadmit: [\n", 4, "", "This is not YAML", "indentation"),
        arguments("version: 1\n\tadmit: nobody\n", 2, "", "This is not YAML", "indentation"),
        arguments(
            "version: 1\nadmit: nobody\n---\nversion: 1\n",
            3,
            "",
            "A second document begins here.",
            "remove the line ---"),
        arguments(
            "version: 1\nadmit: " + "[".repeat(40) + "]".repeat(40) + "\n",
            2,
            "",
            "nested more than 16 deep",
            "flatter"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void anErrorNamesLineKeyAndRemedy(
      String yaml, int line, String key, String problem, String remedy) {
    List<PolicyError> errors = errors(yaml + REST);

    assertThat(errors).isNotEmpty();
    PolicyError first = errors.get(0);
    assertThat(first.line()).isEqualTo(line);
    assertThat(first.key()).isEqualTo(key);
    assertThat(first.problem()).contains(problem);
    assertThat(first.remedy()).contains(remedy);
    assertThat(first.toString()).startsWith("line " + line);
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void oneMistakeIsOneError(String yaml, int line, String key, String problem, String remedy) {
    // A table of mistakes that cascade would teach people to look at the first line only.
    assertThat(errors(yaml + REST)).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void allMistakesAreFoundAtOnce() {
    List<PolicyError> errors =
        errors("version: 1\ncolour: red\nadmit: {ask: }\nexpel: x\nfounder: y\nintroducer: z\n");

    assertThat(errors.stream().map(PolicyError::line)).containsExactly(2, 3, 4, 5, 6);
  }

  @Test
  void whatAnInviteLacksIsToldWithAllOtherMistakes() {
    List<PolicyError> errors =
        errors(
            "version: 1\ncolour: red\nadmit: nobody\n"
                + REST
                + "invites:\n  - name: a\n  - uses: 3\n  - {name: b, key: ABC}\n");

    assertThat(errors.stream().map(PolicyError::problem))
        .satisfiesExactly(
            colour -> assertThat(colour).contains("colour"),
            noKey -> assertThat(noKey).isEqualTo("The invite has no key."),
            neither -> assertThat(neither).isEqualTo("The invite has no name and no key."),
            badKey -> assertThat(badKey).contains("not the key of an invite"));
  }

  @Test
  void anEmptyFileIsSaidToBeEmpty() {
    assertThat(errors("").get(0).problem()).isEqualTo("The file is empty.");
    assertThat(errors("# nothing\n").get(0).problem()).isEqualTo("The file is empty.");
    assertThat(errors("words").get(0).remedy()).contains("version: 1");
  }

  @Test
  void aFounderCannotBeJudgedByTheAnchorsOfItsOwnGroup() {
    List<PolicyError> errors =
        errors(
            "version: 1\nadmit: nobody\nexpel: nobody\nintroducer: nobody\n"
                + "founder:\n  any:\n    - certificate: any\n");

    assertThat(errors)
        .singleElement()
        .isEqualTo(
            new PolicyError(
                7,
                "founder.any[1].certificate",
                "A founder's certificate cannot be judged by the anchors of its own group.",
                "Put the anchors that you trust under trust.anchors."));
  }

  @Test
  void anchorsThatTheDeviceHasOfItselfServeWhereTheFileNamesNone() {
    String byCertificate =
        "version: 1\n"
            + "admit: nobody\n"
            + "expel: nobody\n"
            + "introducer: nobody\n"
            + "founder:\n"
            + "  certificate: any\n";
    Bytes own = new World().rootDer;
    Bytes another = new World().siteDer;
    assertThat(anchors(byCertificate, own)).containsExactly(own);
    String named =
        byCertificate
            + "trust:\n  anchors:\n    - |\n"
            + Pem.write("CERTIFICATE", another).indent(6);
    assertThat(anchors(named, own)).containsExactly(another);
  }

  private static List<Bytes> anchors(String yaml, Bytes own) {
    return switch (PolicyFile.parse(yaml, List.of(own))) {
      case PolicyFile.Parsed.Good good -> good.rules().anchors();
      case PolicyFile.Parsed.Faulty faulty -> throw new AssertionError(faulty.errors());
    };
  }

  @Test
  void aDevicesCertificateIsNoAnchor() {
    World w = new World();
    List<PolicyError> errors =
        errors(
            "version: 1\nadmit: nobody\n"
                + REST
                + "trust:\n  anchors:\n    - |\n"
                + Pem.write("CERTIFICATE", w.doorDer).indent(6));

    assertThat(errors)
        .singleElement()
        .satisfies(each -> assertThat(each.line()).isEqualTo(8))
        .satisfies(each -> assertThat(each.problem()).contains("is not an authority's"));
  }

  @Test
  void aFileThatIsFarTooLargeIsNotRead() {
    assertThat(errors("#".repeat(AdmissionLimits.POLICY_CHARACTERS + 1)).get(0).problem())
        .contains("more than 262144 characters");
    assertThat(errors("- a\n".repeat(AdmissionLimits.POLICY_ITEMS + 1)).get(0).problem())
        .contains("more than 4096 items");
  }

  @Test
  void wordsThatYamlLikesToTurnIntoSomethingElseStayWords() {
    assertThat(errors("version: 1\nadmit: {ask: no}\n" + REST)).isEmpty();
    assertThat(errors("version: 1\nadmit: {certificate: ['c=NO']}\n" + REST)).isEmpty();
  }

  /** Only what is somebody's own is filled in: a root, fingerprints, an invite's key. */
  static String theReadmesFile() throws IOException {
    String readme = Files.readString(Path.of("README.md"), StandardCharsets.UTF_8);
    int from = readme.indexOf("```yaml\n") + "```yaml\n".length();
    String yaml = readme.substring(from, readme.indexOf("```", from));
    InviteSecret secret = InviteSecret.link(Optional.empty(), Draft.entropy(60));
    String filled =
        yaml.replaceAll("(?s)-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", "PEM")
            .replace(
                "      PEM",
                Pem.write("CERTIFICATE", new World().rootDer).indent(6).stripTrailing())
            .replace("INVITE-KEY", Invite.keyText(secret.publicKey()))
            .replace("FINGERPRINT", FINGERPRINT);
    assertThat(filled).isNotEqualTo(yaml);
    return filled;
  }

  @Test
  void theFileInTheReadmeIsGood() throws IOException {
    assertThat(errors(theReadmesFile())).isEmpty();
  }
}
