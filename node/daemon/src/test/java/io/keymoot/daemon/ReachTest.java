package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The ways to a daemon besides loopback: a Unix socket, and TLS where other machines come. */
class ReachTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path temp = Path.of("");

  @AfterEach
  void end() {
    Environment.replaceBy(null);
  }

  private Path state() throws IOException {
    return Files.createDirectory(
        temp.resolve("state"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private static String keymoot(Path state, String... words) {
    Environment.replaceBy(
        new TreeMap<>(
            Map.of("KEYMOOT_STATE", state.toString(), "KEYMOOT_CONFIG", state.toString())));
    CommandLine line = Keymoot.commandLine();
    StringWriter said = new StringWriter();
    line.setOut(new PrintWriter(said));
    line.setErr(new PrintWriter(said));
    line.execute(words);
    return said.toString();
  }

  // ---- the Unix socket

  @Test
  void overItsUnixSocketTheCommandLineWorks() throws Exception {
    Path state = state();
    Path socket = state.resolve("api.sock");
    try (Daemon daemon =
        TestDaemon.start(
            List.of(state.toString(), "group=unix", "found=yes", "api-socket=" + socket))) {
      assertThat(socket).exists();
      JsonObject api = new JsonObject(Files.readString(state.resolve("api.json")));
      assertThat(api.getString("socket")).isEqualTo(socket.toString());
      byte[] token = Files.readAllBytes(state.resolve("token"));
      // A url where nobody is: only the socket can have answered.
      ApiClient client = new ApiClient("http://127.0.0.1:1", socket.toString(), null, token);
      assertThat(client.get(Route.STATUS).getString("state")).isEqualTo("settled");
      assertThat(client.post(Route.SEND, new JsonObject().put("text", "hello")).getBoolean("done"))
          .isTrue();
      assertThat(keymoot(state, "send", "hello")).contains("Sent.");
      ApiClient stranger =
          new ApiClient("http://127.0.0.1:1", socket.toString(), null, new byte[] {'x'});
      assertThatThrownBy(() -> stranger.get(Route.STATUS))
          .isInstanceOfSatisfying(
              Problem.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_TOKEN));
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void itIsNotMadeWhereOtherUsersComeAndNotOverAFileOfSomebodyElse() throws Exception {
    Path state = state();
    Path shared = Files.createDirectory(temp.resolve("shared"));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
    refusesToStart(state, "others can go", "api-socket=" + shared.resolve("api.sock"));
    Path precious = state.resolve("precious");
    Files.writeString(precious, "mine");
    refusesToStart(state, "is no socket", "api-socket=" + precious);
    assertThat(precious).hasContent("mine");
  }

  private static void refusesToStart(Path state, String why, String setting) {
    assertThatThrownBy(
            () -> TestDaemon.start(List.of(state.toString(), "group=x", "found=yes", setting)))
        .isInstanceOfSatisfying(
            Problem.class,
            e -> {
              assertThat(e.detail()).contains(why);
              assertThat(e.remedy()).isNotEmpty();
            });
  }

  // ---- TLS

  @Test
  void whereOthersReachItItWantsTls() throws Exception {
    refusesToStart(state(), "there is no TLS", "api=0.0.0.0:0");
  }

  @Test
  void halfOfWhatTlsNeedsIsNotTakenForNone() throws Exception {
    refusesToStart(state(), "one is set", "api-tls-certificate=" + temp.resolve("mine.pem"));
  }

  @Test
  void withTlsTheCommandLineWorksAndTrustsTheDaemonsOwnCertificateAlone() throws Exception {
    Path state = state();
    certificate("mine");
    certificate("another");
    try (Daemon daemon =
        TestDaemon.start(
            List.of(
                state.toString(),
                "group=tls",
                "found=yes",
                "api=0.0.0.0:0",
                "api-tls-certificate=" + temp.resolve("mine.pem"),
                "api-tls-key=" + temp.resolve("mine.key")))) {
      String url = daemon.api().url();
      assertThat(url).startsWith("https://127.0.0.1:");
      assertThat(keymoot(state, "status")).contains("settled");
      byte[] token = Files.readAllBytes(state.resolve("token"));
      ApiClient fooled =
          new ApiClient(url, null, temp.resolve("another.pem").toString(), token.clone());
      assertThatThrownBy(() -> fooled.get(Route.STATUS))
          .isInstanceOfSatisfying(
              Problem.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_RUNNING));
      ApiClient plain = new ApiClient(url.replace("https", "http"), null, null, token.clone());
      assertThatThrownBy(() -> plain.get(Route.STATUS)).isInstanceOf(Problem.class);
      assertThat(spoken(URI.create(url).getPort(), "GET /health/live HTTP/1.1\r\n\r\n"))
          .doesNotContain("200");
      assertThat(client(url, token).post(Route.LOGIN_LINK, new JsonObject()).getString("url"))
          .startsWith(url);
    }
  }

  @Test
  void runSaysLoudlyThatOthersCanReachItAndWithoutTlsItDoesNotBegin() throws Exception {
    certificate("mine");
    Path errors = temp.resolve("errors");
    Process process =
        run(
            errors,
            "--api-tls-certificate",
            temp.resolve("mine.pem").toString(),
            "--api-tls-key",
            temp.resolve("mine.key").toString());
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> !process.isAlive() || Files.readString(errors).endsWith("\n"));
      assertThat(process.isAlive()).as(Files.readString(errors)).isTrue();
      assertThat(errors).content().startsWith("WARNING").contains("0.0.0.0:0", "token");
    } finally {
      process.destroy();
    }
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

    Process refused = run(errors);
    assertThat(refused.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(refused.exitValue()).isEqualTo(ErrorCode.BAD_SETTING.exit());
    assertThat(errors).content().contains("there is no TLS").doesNotContain("WARNING");
  }

  /** A daemon in a process of its own, open to other machines. */
  private Process run(Path errors, String... more) throws IOException {
    String state = temp.resolve("own").toString();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx96m",
                "-cp",
                System.getProperty("java.class.path"),
                Keymoot.class.getName(),
                "run",
                "--state",
                state,
                "--config",
                state,
                "--transport",
                "local",
                "--group",
                "reach",
                "--found",
                "yes",
                "--api",
                "0.0.0.0:0"));
    command.addAll(List.of(more));
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(errors.toFile())
        .start();
  }

  private ApiClient client(String url, byte[] token) {
    return new ApiClient(url, null, temp.resolve("mine.pem").toString(), token.clone());
  }

  /** What answers to somebody who knows of no TLS. */
  private static String spoken(int port, String text) throws IOException {
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
      plain.setSoTimeout(5_000);
      plain.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      return new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (java.net.SocketException reset) {
      return "";
    }
  }

  /** Self-signed, for the loopback address. */
  private void certificate(String name) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    X500Name subject = new X500Name("CN=" + name);
    Instant now = Instant.now();
    byte[] der =
        new JcaX509v3CertificateBuilder(
                subject,
                BigInteger.ONE,
                Date.from(now.minusSeconds(60)),
                Date.from(now.plusSeconds(3_600)),
                subject,
                pair.getPublic())
            .addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")))
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
            .getEncoded();
    Files.writeString(temp.resolve(name + ".pem"), pem("CERTIFICATE", der));
    Files.writeString(
        temp.resolve(name + ".key"), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + what
        + "-----\n";
  }
}
