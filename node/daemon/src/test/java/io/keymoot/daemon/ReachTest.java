package io.keymoot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The ways to a daemon besides loopback: a Unix socket, and TLS where other machines come. */
class ReachTest {
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
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
      JsonObject api = new JsonObject(Files.readString(state.resolve("api.json")));
      assertThat(api.getString("socket")).isEqualTo(socket.toString());
      byte[] token = Files.readAllBytes(state.resolve("token"));
      // A url where nobody is: only the socket can have answered.
      ApiClient client = new ApiClient("http://127.0.0.1:1", socket.toString(), null, token);
      assertThat(client.get(Route.STATUS).getString("state")).isEqualTo("settled");
      assertThat(client.post(Route.SEND, new JsonObject().put("text", "hello")).getBoolean("done"))
          .isTrue();
      assertThat(keymoot(state, "send", "hello")).contains("Sent.");
      assertThat(asked(socket, "localhost")).startsWith("HTTP/1.1 200");
      assertThat(asked(socket, "evil.example")).contains("wrong-host").doesNotContain(" 200 ");
      ApiClient stranger =
          new ApiClient("http://127.0.0.1:1", socket.toString(), null, new byte[] {'x'});
      assertThatThrownBy(() -> stranger.get(Route.STATUS))
          .isInstanceOfSatisfying(
              Problem.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_TOKEN));
    }
    assertThat(socket).doesNotExist();
  }

  /** What answers to who believes that it speaks to this host. */
  private static String asked(Path socket, String host) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      String request =
          "GET /health/live HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.US_ASCII);
    }
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
    TestCertificate.write(temp, "mine");
    TestCertificate.write(temp, "another");
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
      String link = daemon.api().loginLink();
      String body = new JsonObject().put("code", link.substring(link.indexOf('=') + 1)).encode();
      assertThat(
              spokenOverTls(
                  URI.create(url),
                  "POST /v1/login HTTP/1.1\r\nHost: "
                      + URI.create(url).getAuthority()
                      + "\r\nContent-Type: application/json\r\nContent-Length: "
                      + body.length()
                      + "\r\nConnection: close\r\n\r\n"
                      + body))
          .startsWith("HTTP/1.1 200")
          .contains("; HttpOnly; SameSite=Strict;", "; Secure");
    }
  }

  private String spokenOverTls(URI to, String text) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream pem = Files.newInputStream(temp.resolve("mine.pem"))) {
      trusted.setCertificateEntry(
          "mine", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    try (Socket socket = context.getSocketFactory().createSocket(to.getHost(), to.getPort())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private ApiClient client(String url, byte[] token) {
    return new ApiClient(url, null, temp.resolve("mine.pem").toString(), token.clone());
  }

  /** What answers to somebody who knows of no TLS. */
  private static String spoken(int port, String text) throws IOException {
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
      plain.setSoTimeout(60_000);
      plain.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      return new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (java.net.SocketException reset) {
      return "";
    }
  }
}
