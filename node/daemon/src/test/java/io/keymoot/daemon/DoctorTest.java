package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.daemon.setting.Places;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Everything that {@code doctor} can find, each caused for real. */
class DoctorTest {
  @TempDir private Path temp = Path.of("");
  private final Map<String, String> flags = new TreeMap<>();
  private Optional<JsonObject> status = Optional.empty();
  private Optional<JsonObject> members = Optional.empty();
  private Instant now = Instant.now();

  @BeforeEach
  void loopbackAlone() {
    flags.put("bind", "127.0.0.1");
    flags.put("api", "127.0.0.1:0");
  }

  private Places places() {
    return Places.of(temp, temp, name -> null);
  }

  /** What is found about something, as "level: sentence (remedy)". */
  private AbstractStringAssert<?> about(String about) {
    Settings settings = Settings.read(flags, name -> null, places().settings());
    JsonObject found = Examination.of(places(), settings, status, members, now);
    String all =
        Examination.findings(found)
            .filter(finding -> finding.getString("about").equals(about))
            .map(
                finding ->
                    finding.getString("level")
                        + ": "
                        + finding.getString("found")
                        + " ("
                        + finding.getString("remedy")
                        + ")")
            .reduce("", (one, other) -> one + other + "\n");
    boolean wrong =
        Examination.findings(found).anyMatch(each -> each.getString("level").equals("wrong"));
    assertThat(found.getBoolean("healthy")).isEqualTo(!wrong);
    return assertThat(all).as(found.encodePrettily());
  }

  private void keymoot(String... words) {
    CommandLine line = Keymoot.commandLine();
    StringWriter said = new StringWriter();
    line.setOut(new PrintWriter(said));
    line.setErr(new PrintWriter(said));
    assertThat(line.execute(words)).as(said.toString()).isZero();
  }

  @Test
  void filesThatOthersCanRead() throws Exception {
    PrivateFiles.write(places().token(), new byte[] {'x'});
    about("files").startsWith("good: ");
    Files.setPosixFilePermissions(places().token(), PosixFilePermissions.fromString("rw-r--r--"));
    about("files")
        .contains("wrong: Other users can read or change " + places().token(), "chmod 600")
        .doesNotContain("good: ");
  }

  @Test
  void aPolicyThatIsMissingGoodOrFaulty() throws Exception {
    about("policy").startsWith("note: There is no").contains("the owner is asked");
    Files.writeString(temp.resolve("policy.yaml"), Policy.USUAL);
    about("policy").startsWith("good: ");
    Files.writeString(temp.resolve("policy.yaml"), "version: 1\nadmit: whoever\n");
    about("policy").startsWith("wrong: ").contains("policy.yaml", "line 2");
    Files.delete(temp.resolve("policy.yaml"));
    keymoot("ca", "root", "Example", "--out", temp.resolve("root").toString());
    flags.put("anchors", temp.resolve("root/chain.pem").toString());
    about("policy").startsWith("good: There is no").contains("certificate of the anchors");
    flags.put("anchors", temp.resolve("none.pem").toString());
    about("policy").startsWith("wrong: The file").contains("none.pem", "not there");
  }

  @Test
  void revocationListsThatAreRequiredAndMissingOutOfDateOrIgnored() throws Exception {
    Path policy = temp.resolve("policy.yaml");
    Files.writeString(policy, Policy.USUAL);
    about("revocation").isEmpty();
    Files.writeString(policy, Policy.USUAL + "certificates:\n  revocation: required\n");
    about("revocation").startsWith("wrong: ").contains("nobody is let in", "keymoot ca revoke");
    keymoot("ca", "root", "Example", "--out", temp.resolve("root").toString());
    flags.put("anchors", temp.resolve("root/chain.pem").toString());
    keymoot("ca", "revoke", "--by", temp.resolve("root").toString(), "--days", "10");
    Path lists = Files.createDirectory(temp.resolve("revocation-lists"));
    Files.move(temp.resolve("root/revoked.crl"), lists.resolve("root.crl"));
    about("revocation").startsWith("good: 1 revocation list");
    now = now.plus(Duration.ofDays(11));
    about("revocation").startsWith("wrong: ").contains("root.crl", "out of date", "is let in");
    Files.writeString(policy, Policy.USUAL);
    about("revocation").startsWith("note: ").contains("root.crl", "is not known");
    Files.writeString(policy, Policy.USUAL + "certificates:\n  revocation: ignored\n");
    about("revocation").startsWith("note: ").contains("ignores the 1 revocation list");
  }

  @Test
  void aRevocationListThatItsAuthorityDidNotSign() throws Exception {
    Files.writeString(temp.resolve("policy.yaml"), Policy.USUAL);
    Path lists = Files.createDirectory(temp.resolve("revocation-lists"));
    for (String folder : new String[] {"root", "other"}) {
      // Both of one name.
      String root = temp.resolve(folder).toString();
      keymoot("ca", "root", "Example", "--out", root);
      keymoot("ca", "revoke", "--by", root, "--days", "10");
    }
    flags.put("anchors", temp.resolve("root/chain.pem").toString());
    Files.copy(temp.resolve("root/revoked.crl"), lists.resolve("1.crl"));
    about("revocation").startsWith("good: 1 revocation list");

    // A later one, which would be the newest of that name.
    keymoot("ca", "revoke", "--by", temp.resolve("other").toString(), "--days", "30");
    Files.copy(temp.resolve("other/revoked.crl"), lists.resolve("2.crl"));
    about("revocation")
        .startsWith("wrong: " + lists.resolve("2.crl") + " says it is the revocation list of")
        .contains("\"Example\"", "does not count", "new certificate")
        .doesNotContain("good: ", "1.crl");
    now = now.plus(Duration.ofDays(11));
    about("revocation").contains("2.crl says", "1.crl, the revocation list", "out of date");

    // Of an authority that nothing here names, nobody can tell.
    flags.remove("anchors");
    Files.delete(lists.resolve("1.crl"));
    about("revocation").startsWith("good: 1 revocation list");
  }

  @Test
  void aCertificateThatIsMissingGoodOrOutOfDate() {
    String state = temp.toString();
    about("certificate").startsWith("note: This device has no key yet.").contains("keymoot id");
    keymoot("id", "--state", state, "--config", state);
    about("certificate").startsWith("note: Nobody certified").contains("keymoot ca request");
    String root = temp.resolve("root").toString();
    String site = temp.resolve("site").toString();
    String request = temp.resolve("door.csr").toString();
    String signed = temp.resolve("door.pem").toString();
    keymoot("ca", "root", "Example", "--out", root);
    keymoot("ca", "site", "Ward", "--by", root, "--out", site);
    keymoot("ca", "request", "Door", "--state", state, "--config", state, "--out", request);
    StringWriter id = new StringWriter();
    CommandLine line = Keymoot.commandLine();
    line.setOut(new PrintWriter(id));
    line.execute("id", "--json", "--state", state, "--config", state);
    String fingerprint = new JsonObject(id.toString()).getString("fingerprint");
    keymoot(
        "ca",
        "sign",
        request,
        "--by",
        site,
        "--fingerprint",
        fingerprint,
        "--days",
        "90",
        "--out",
        signed);
    keymoot("id", "--certificate", signed, "--state", state, "--config", state);
    about("certificate").startsWith("good: ").contains("Door");
    now = now.plus(Duration.ofDays(70));
    about("certificate").startsWith("note: ").contains("ends", "renewed");
    now = now.plus(Duration.ofDays(30));
    about("certificate").startsWith("wrong: ").contains("ended", "renewed");
    now = now.minus(Duration.ofDays(120));
    about("certificate").startsWith("wrong: ").contains("begins only", "clock");
  }

  @Test
  void aClockThatWentBack() {
    PrivateFiles.write(places().token(), new byte[] {'x'});
    about("clock").startsWith("good: ");
    now = now.minus(Duration.ofHours(1));
    about("clock").startsWith("wrong: ").contains("NTP");
  }

  @Test
  void portsThatAreTaken() throws Exception {
    about("ports").startsWith("good: ");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      flags.put("api", "127.0.0.1:" + taken.getLocalPort());
      about("ports").startsWith("wrong: Something else listens").contains("127.0.0.1:0");
      flags.put("api", "127.0.0.1:0");
      flags.put("transport", "tcp");
      flags.put("port", Integer.toString(taken.getLocalPort()));
      about("ports").contains("wrong: The port " + taken.getLocalPort(), "'port'");
    }
  }

  @Test
  void anApiThatOthersReach() {
    flags.put("api", "0.0.0.0:0");
    about("api").contains("note: The API listens where other machines can reach it");
  }

  @Test
  void multicastThatDoesNotComeBack() {
    flags.put("multicast", "10.9.8.7:7577");
    about("multicast").startsWith("wrong: What is sent to 10.9.8.7").contains("transport = tcp");
    flags.put("multicast", "239.255.75.77:7577");
    if (Links.multicastWorks(
        InetAddress.getLoopbackAddress(), new java.net.InetSocketAddress("239.255.75.77", 7_577))) {
      about("multicast").startsWith("good: ");
    }
    flags.put("transport", "tcp");
    about("multicast").isEmpty();
  }

  @Test
  void peersThatDoNotAnswer() throws Exception {
    try (ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      flags.put("peers", "127.0.0.1:" + peer.getLocalPort());
      about("peers").startsWith("good: ");
    }
    about("peers").startsWith("wrong: ").contains("firewall");
    flags.remove("peers");
    members =
        Optional.of(
            new JsonObject()
                .put(
                    "members",
                    new JsonArray()
                        .add(new JsonObject().put("name", "ben").put("state", "quiet"))
                        .add(new JsonObject().put("name", "cora").put("state", "here"))));
    about("peers")
        .startsWith("wrong: ben is a member and is not heard")
        .contains("keymoot evict")
        .doesNotContain("cora");
  }

  @Test
  void aSettingThatCannotBeUsedHidesNothingElse() {
    flags.put("peers", "127.0.0.1:nowhere");
    about("peers").startsWith("wrong: The setting 'peers'").contains("address and a port");
    about("ports").startsWith("good: ");
    about("files").startsWith("good: ");
  }

  @Test
  void aDaemonThatIsNotThereOrNotWell() {
    about("api").startsWith("note: No daemon answers").contains("keymoot run");
    about("group").isEmpty();
    for (String state : new String[] {"settled", "rekeying", "holding", "syncing", "out"}) {
      status = Optional.of(new JsonObject().put("state", state).put("cause", "why it is so"));
      about("api").startsWith("good: A daemon answers");
      switch (state) {
        case "settled" -> about("group").startsWith("good: ");
        case "rekeying" -> about("group").isEmpty();
        case "out" -> about("group").startsWith("wrong: ").contains("why it is so", "new identity");
        default -> about("group").startsWith("wrong: ").contains("why it is so", "Wait");
      }
    }
  }
}
