package io.keymoot.daemon.api;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes exactly the bytes it is told to, as no proper client would. */
public final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  public record Answer(int status, List<String> headers, String body) {
    public Optional<String> header(String name) {
      return headers.stream()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ':'))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst();
    }
  }

  private final int port;
  private @Nullable Socket socket;
  private @Nullable InputStream in;

  public RawClient(int port) {
    this.port = port;
  }

  /** Pairs of a name and a value; those without value are left out. */
  public static List<String> headers(@Nullable String... pairs) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i + 1] != null) {
        lines.add(pairs[i] + ": " + pairs[i + 1]);
      }
    }
    return lines;
  }

  public Answer ask(String method, String target, List<String> headers, String body)
      throws IOException {
    StringBuilder head = new StringBuilder(method + ' ' + target + " HTTP/1.1\r\n");
    headers.forEach(line -> head.append(line).append("\r\n"));
    if (!body.isEmpty()) {
      head.append("Content-Length: ").append(body.length()).append("\r\n");
    }
    return raw(head + "\r\n" + body);
  }

  /** Over one connection as long as it lasts. */
  Answer raw(String text) throws IOException {
    for (int tries = 0; ; tries++) {
      try {
        send(text);
        return read();
      } catch (IOException e) {
        close();
        if (tries > 0) {
          throw e;
        }
      }
    }
  }

  void send(String text) throws IOException {
    Socket open = socket;
    if (open == null) {
      open = new Socket(InetAddress.getLoopbackAddress(), port);
      open.setSoTimeout(PATIENCE_MILLIS);
      open.setTcpNoDelay(true);
      socket = open;
      in = new BufferedInputStream(open.getInputStream());
    }
    open.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    open.getOutputStream().flush();
  }

  Answer read() throws IOException {
    String status = line();
    List<String> headers = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      headers.add(line);
    }
    Answer head = new Answer(Integer.parseInt(status.split(" ", 3)[1]), headers, "");
    int length = head.header("content-length").map(Integer::parseInt).orElse(0);
    byte[] body = stream().readNBytes(length);
    if (head.header("connection").equals(Optional.of("close"))) {
      close();
    }
    return new Answer(head.status, headers, new String(body, StandardCharsets.UTF_8));
  }

  /** The next one of a WebSocket, which comes in parts; questions whether it is there are none. */
  String message() throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    while (true) {
      int head = stream().read();
      int length = stream().read();
      if (length == 126 || length == 127) {
        length = new BigInteger(1, stream().readNBytes(length == 126 ? 2 : 8)).intValueExact();
      }
      if (length < 0 || (head & 0x0f) == 8) {
        throw new IOException("the connection ended");
      }
      byte[] part = stream().readNBytes(length);
      if ((head & 0x0f) < 8) {
        whole.writeBytes(part);
        if ((head & 0x80) != 0) {
          return whole.toString(StandardCharsets.UTF_8);
        }
      }
    }
  }

  /** True once the other end has closed; fails if it does not in time. */
  boolean awaitClosed() throws IOException {
    try {
      while (stream().read() >= 0) {
        // What it still had to say.
      }
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private InputStream stream() throws IOException {
    InputStream open = in;
    if (open == null) {
      throw new IOException("closed");
    }
    return open;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    InputStream from = stream();
    for (int c = from.read(); c != '\n'; c = from.read()) {
      if (c < 0) {
        throw new IOException("the connection ended");
      }
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
    }
    socket = null;
    in = null;
  }
}
