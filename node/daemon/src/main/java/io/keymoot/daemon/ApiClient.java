package io.keymoot.daemon;

import io.keymoot.daemon.api.Route;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks the daemon, a connection for each question. The JDK's own client would do, but takes longer
 * to load than all the rest of a command, and knows no Unix sockets.
 */
final class ApiClient {
  private static final int MOST_BYTES = 16 << 20;
  private static final int PATIENCE_MILLIS = 90_000;

  private final String url;
  private final @Nullable String socket;
  private final @Nullable String certificate;
  private final byte[] token;

  /**
   * @param socket the Unix socket, where there is one: it is preferred
   * @param certificate what the daemon's TLS shows, in PEM
   */
  ApiClient(String url, @Nullable String socket, @Nullable String certificate, byte[] token) {
    this.url = url;
    this.socket = socket;
    this.certificate = certificate;
    this.token = token;
  }

  String url() {
    return url;
  }

  JsonObject get(Route route) {
    return ask(route, "", null);
  }

  JsonObject get(Route route, String query) {
    return ask(route, query, null);
  }

  JsonObject post(Route route, JsonObject body) {
    return ask(route, "", body);
  }

  private JsonObject ask(Route route, String query, @Nullable JsonObject body) {
    try {
      return read(exchange(route, query, body));
    } catch (IOException e) {
      throw Surroundings.notRunning(
          "The daemon at "
              + (socket == null ? url : socket)
              + " does not answer: "
              + io.keymoot.daemon.setting.PrivateFiles.why(e)
              + '.');
    } catch (GeneralSecurityException e) {
      throw new Problem(
          ErrorCode.BAD_FILE,
          "The daemon's TLS certificate cannot be used: " + e.getMessage(),
          "See what 'api-tls-certificate' names.");
    }
  }

  private byte[] exchange(Route route, String query, @Nullable JsonObject body)
      throws IOException, GeneralSecurityException {
    if (socket != null) {
      try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(UnixDomainSocketAddress.of(socket));
        return exchange(
            route,
            query,
            body,
            "localhost",
            Channels.newInputStream(channel),
            Channels.newOutputStream(channel));
      }
    }
    URI at = URI.create(url);
    try (Socket tcp = new Socket(at.getHost().replaceAll("[\\[\\]]", ""), at.getPort())) {
      tcp.setSoTimeout(PATIENCE_MILLIS);
      Socket used = at.getScheme().equals("https") ? secured(tcp, at) : tcp;
      return exchange(
          route, query, body, at.getRawAuthority(), used.getInputStream(), used.getOutputStream());
    }
  }

  /** Trusts the daemon's own certificate and nothing else. */
  private Socket secured(Socket tcp, URI at) throws IOException, GeneralSecurityException {
    KeyStore known = KeyStore.getInstance("PKCS12");
    known.load(null, null);
    try (InputStream in = Files.newInputStream(Path.of(String.valueOf(certificate)))) {
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        known.setCertificateEntry("daemon-" + number++, each);
      }
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(known);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    SSLSocket secured =
        (SSLSocket) context.getSocketFactory().createSocket(tcp, at.getHost(), at.getPort(), true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    return secured;
  }

  private byte[] exchange(
      Route route,
      String query,
      @Nullable JsonObject body,
      String host,
      InputStream in,
      OutputStream out)
      throws IOException {
    byte[] content = body == null ? new byte[0] : body.encode().getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    line(
        head,
        route.method() + ' ' + route.path() + (query.isEmpty() ? "" : '?' + query) + " HTTP/1.1");
    line(head, "Host: " + host);
    head.writeBytes("Authorization: Bearer ".getBytes(StandardCharsets.US_ASCII));
    head.writeBytes(token);
    line(head, "");
    line(head, "Connection: close");
    if (body != null) {
      line(head, "Content-Type: application/json");
      line(head, "Content-Length: " + content.length);
    }
    line(head, "");
    head.writeBytes(content);
    out.write(head.toByteArray());
    out.flush();
    byte[] answer = in.readNBytes(MOST_BYTES);
    if (answer.length == 0) {
      throw new IOException("it closed the connection");
    }
    return answer;
  }

  private static void line(ByteArrayOutputStream head, String text) {
    head.writeBytes((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  private static JsonObject read(byte[] answer) throws IOException {
    int end = 0;
    while (end + 3 < answer.length
        && !(answer[end] == '\r'
            && answer[end + 1] == '\n'
            && answer[end + 2] == '\r'
            && answer[end + 3] == '\n')) {
      end++;
    }
    String head = new String(answer, 0, end, StandardCharsets.US_ASCII);
    String[] status = head.split(" ", 3);
    if (!head.startsWith("HTTP/1.1 ") || status.length < 2 || end + 4 > answer.length) {
      throw new IOException("what listens there is no Keymoot");
    }
    byte[] body = Arrays.copyOfRange(answer, end + 4, answer.length);
    try {
      JsonObject json = new JsonObject(new String(body, StandardCharsets.UTF_8));
      if (status[1].equals("200")) {
        return json;
      }
      ErrorCode code =
          Stream.of(ErrorCode.values())
              .filter(each -> each.word().equals(json.getString("code")))
              .findFirst()
              .orElse(ErrorCode.BUG);
      if (code == ErrorCode.NO_TOKEN) {
        // What the daemon says of it is for those who send tokens themselves.
        throw new Problem(
            code,
            "The daemon that answers there does not take the token of this folder.",
            "It may be another daemon, or the token was made anew since: start this one again, or"
                + " name the right folder with --state.");
      }
      throw new Problem(code, json.getString("detail", ""), json.getString("remedy", ""));
    } catch (DecodeException | ClassCastException e) {
      throw new IOException("what it answered is no JSON", e);
    }
  }
}
