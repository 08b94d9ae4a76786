package io.keymoot.daemon.api;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The real server, before handlers that tell who came through. */
final class TestServer {
  private static final Duration IMPATIENCE = Duration.ofMillis(700);

  /** Of tests: what ends when it has come about may take long on a busy machine. */
  static final Duration IN_THE_END = Duration.ofSeconds(60);

  /** Hears what a media worker says. */
  private final class Counted implements KeyFeed.Line {
    @Override
    public void acknowledged(long seq) {
      acknowledged.set(seq);
    }

    @Override
    public void rekey() {
      rekeys.incrementAndGet();
    }

    @Override
    public void close() {}
  }

  final AtomicLong acknowledged = new AtomicLong();
  final AtomicLong rekeys = new AtomicLong();
  final EventLog events = new EventLog("test", InstantSource.system());
  private final String token;
  private final String mediaToken;
  private final String mediaOrigin;
  private final Consumer<Route> reached;
  private @Nullable ApiServer server;

  TestServer(String token, String mediaToken, String mediaOrigin, Consumer<Route> reached) {
    this.token = token;
    this.mediaToken = mediaToken;
    this.mediaOrigin = mediaOrigin;
    this.reached = reached;
  }

  void open() {
    open(Duration.ofHours(1));
  }

  /** Whose pages stay logged in for so long. */
  void open(Duration sessionLife) {
    open(new Bounds(128, 32, 64 << 10, Duration.ofSeconds(20), 1_000_000, 1_000_000, sessionLife));
  }

  /** Impatient, so that a test of slow clients need not be slow. */
  void openImpatient() {
    open(narrow(IMPATIENCE));
  }

  /** With little room, and not impatient. */
  void openNarrow() {
    open(narrow(IN_THE_END));
  }

  private static Bounds narrow(Duration patience) {
    return new Bounds(20, 4, 4_096, patience, 1_000_000, 1_000_000, Duration.ofHours(1));
  }

  void open(Bounds bounds) {
    Handlers handlers = new Handlers();
    for (Route route : Route.values()) {
      handlers.on(
          route,
          ask -> {
            reached.accept(route);
            return CompletableFuture.completedFuture(new JsonObject().put("done", true));
          });
    }
    server =
        ApiServer.open(
            new ApiServer.Plan(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(mediaOrigin),
                Secrets.Hash.of(token.getBytes(StandardCharsets.UTF_8)),
                Optional.of(Secrets.Hash.of(mediaToken.getBytes(StandardCharsets.UTF_8))),
                bounds),
            new ApiServer.House(
                handlers,
                events,
                worker -> CompletableFuture.completedFuture(new Counted()),
                () -> true,
                () -> "keymoot_up 1\n",
                InstantSource.system()));
  }

  ApiServer server() {
    return Objects.requireNonNull(server);
  }

  int port() {
    return Integer.parseInt(server().url().substring(server().url().lastIndexOf(':') + 1));
  }

  String host() {
    return "127.0.0.1:" + port();
  }

  /** A line of headers, and the empty one after them, of a WebSocket that begins. */
  String handshake(String path, @Nullable String... headers) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: "
        + host()
        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + String.join("\r\n", RawClient.headers(headers))
        + "\r\n\r\n";
  }

  /** Somebody who comes now. */
  boolean stillAnswers() {
    try (RawClient client = new RawClient(port())) {
      client.send("GET /health/live HTTP/1.1\r\nHost: " + host() + "\r\n\r\n");
      return client.read().status() == 200;
    } catch (IOException closed) {
      return false;
    }
  }

  void close() {
    if (server != null) {
      server.close();
    }
  }
}
