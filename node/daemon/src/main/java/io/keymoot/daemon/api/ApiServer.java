package io.keymoot.daemon.api;

import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP and WebSocket for programs and the page on this device.
 *
 * <pre>
 *   connection ─▶ Lines: not too many, not too slow
 *   request    ─▶ Gate: host, origin, site, method, type, token ─▶ Bucket ─▶ body ─▶ Handlers
 *   WebSocket  ─▶ Gate ─▶ EventSocket or KeySocket
 * </pre>
 *
 * All of it happens on one thread of Vert.x, so nothing here is locked.
 *
 * <p>Long, but whole: a request's way, from where it is listened for to its answer, stands here in
 * one order. What judges it on that way is in classes of their own.
 */
public final class ApiServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
  private static final long START_SECONDS = 10;

  /** "Policy": whoever is told so need not come back with what it had. */
  private static final short SESSION_OVER = 1008;

  /**
   * @param tls certificate and key, in PEM
   * @param socket a Unix socket besides
   * @param hosts further values of Host
   * @param mediaToken none if no media keys are given out
   */
  public record Plan(
      InetSocketAddress bind,
      Optional<Tls> tls,
      Optional<Path> socket,
      List<String> hosts,
      List<String> mediaOrigins,
      Secrets.Hash token,
      Optional<Secrets.Hash> mediaToken,
      Bounds bounds) {}

  public record Tls(Path certificate, Path key) {}

  /** What the server asks of the daemon besides its routes. */
  public record House(
      Handlers handlers,
      EventLog events,
      KeyFeed keys,
      BooleanSupplier ready,
      Supplier<String> metrics,
      InstantSource clock) {}

  private final Vertx vertx;
  private final Context context;
  private final Plan plan;
  private final House house;
  private final PageFiles page = new PageFiles();
  private final Sessions sessions;
  private final Bucket open;
  private final Bucket trusted;
  private final Bucket rekeys = new Bucket(Bounds.WORKERS_REKEYS, System.nanoTime());
  private final List<HttpServer> servers = new ArrayList<>();
  private final Buffer openapi;
  private Gate gate;
  private String cookie = "";
  private String url = "";
  private int sockets;
  private boolean sessionsAreWatched;

  private ApiServer(Vertx vertx, Plan plan, House house) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.plan = plan;
    this.house = house;
    this.sessions = new Sessions(house.clock, plan.bounds.sessionLife());
    this.open = new Bucket(plan.bounds.openRate(), System.nanoTime());
    this.trusted = new Bucket(plan.bounds.trustedRate(), System.nanoTime());
    this.openapi = Buffer.buffer(resource("openapi.yaml"));
    this.gate = gate(plan.bind.getPort());
  }

  /** Listens, or says why not. */
  public static ApiServer open(Plan plan, House house) {
    if (!plan.bind.getAddress().isLoopbackAddress() && plan.tls.isEmpty()) {
      throw new Problem(
          ErrorCode.BAD_SETTING,
          "'api' is "
              + plan.bind.getAddress().getHostAddress()
              + ", which others can reach, and"
              + " there is no TLS: they could read the token on its way.",
          "Bind to 127.0.0.1, or set 'api-tls-certificate' and 'api-tls-key'.");
    }
    System.setProperty("vertx.disableDnsResolver", "true");
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2)
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false)));
    ApiServer server = new ApiServer(vertx, plan, house);
    try {
      server.listen();
      return server;
    } catch (Problem e) {
      server.close();
      throw e;
    }
  }

  // ---- listening

  private void listen() {
    HttpServerOptions options = options();
    plan.tls.ifPresent(
        tls ->
            options
                .setSsl(true)
                .setKeyCertOptions(
                    new PemKeyCertOptions()
                        .setCertPath(tls.certificate().toString())
                        .setKeyPath(tls.key().toString())));
    HttpServer tcp = server(options, false);
    InetSocketAddress bind = plan.bind;
    String address = bind.getAddress().getHostAddress();
    await(
        tcp.listen(SocketAddress.inetSocketAddress(bind.getPort(), address)),
        "The API cannot listen at " + address + ':' + bind.getPort(),
        "Name another place with the setting 'api'; port 0 takes any that is free.");
    gate = gate(tcp.actualPort());
    url =
        (plan.tls.isPresent() ? "https://" : "http://")
            + hostText(own(bind.getAddress()))
            + ':'
            + tcp.actualPort();
    if (plan.socket.isPresent()) {
      HttpServer unix = server(options(), true);
      await(
          unix.listen(SocketAddress.domainSocketAddress(plan.socket.get().toString())),
          "The API cannot listen at " + plan.socket.get(),
          "Name another file with the setting 'api-socket'.");
      // Others cannot enter its folder; nor may they, should that be opened one day.
      narrow(plan.socket.get());
    }
  }

  private static void narrow(Path socket) {
    try {
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new Problem(
          ErrorCode.BAD_SETTING,
          "The socket " + socket + " cannot be kept from others: " + PrivateFiles.why(e) + '.',
          "Name another file with the setting 'api-socket'.");
    }
  }

  private static HttpServerOptions options() {
    return new HttpServerOptions()
        .setHttp2ClearTextEnabled(false)
        .setAlpnVersions(List.of(HttpVersion.HTTP_1_1))
        .setMaxInitialLineLength(Bounds.REQUEST_LINE_BYTES)
        .setMaxHeaderSize(Bounds.HEADER_BYTES)
        .setMaxWebSocketFrameSize(Bounds.WEB_SOCKET_MESSAGE_BYTES)
        .setMaxWebSocketMessageSize(Bounds.WEB_SOCKET_MESSAGE_BYTES)
        .setPerMessageWebSocketCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setWebSocketClosingTimeout(2)
        .setWebSocketSubProtocols(List.of(Gate.PROTOCOL))
        .setReuseAddress(true);
  }

  private HttpServer server(HttpServerOptions options, boolean local) {
    Lines lines = new Lines(vertx, plan.bounds);
    HttpServer server = vertx.createHttpServer(options);
    server.connectionHandler(lines::opened);
    server.requestHandler(request -> received(request, local, lines));
    server.invalidRequestHandler(
        request -> {
          // Not HTTP that can be trusted to mean one thing only.
          Answers.problem(
              request,
              Body.bad("The request is no proper HTTP/1.1, or its head is too long.", "Mend it."));
          request.connection().close();
        });
    server.exceptionHandler(e -> LOG.debug("A connection broke: {}", e.toString()));
    servers.add(server);
    return server;
  }

  private static <T> T await(Future<T> future, String what, String remedy) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new Problem(ErrorCode.BAD_SETTING, what + ": " + reason(e) + '.', remedy);
    } catch (TimeoutException e) {
      throw new Problem(ErrorCode.BAD_SETTING, what + ": it took too long.", remedy);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Problem(ErrorCode.STOPPED, what + ": interrupted.", "");
    }
  }

  private static String reason(ExecutionException e) {
    Throwable cause = e.getCause();
    return String.valueOf(cause == null ? e.getMessage() : cause.getMessage());
  }

  private Gate gate(int port) {
    List<String> hosts = new ArrayList<>(plan.hosts);
    InetAddress address = plan.bind.getAddress();
    if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
      hosts.add("localhost:" + port);
    }
    hosts.add(hostText(own(address)) + ':' + port);
    cookie = "keymoot-" + port;
    return new Gate(
        hosts,
        plan.mediaOrigins,
        plan.tls.isPresent(),
        cookie,
        sessions,
        plan.token,
        plan.mediaToken);
  }

  /** Where it is reached from this machine. */
  private static InetAddress own(InetAddress bind) {
    return bind.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bind;
  }

  private static String hostText(InetAddress address) {
    String text = address.getHostAddress();
    return text.contains(":") ? '[' + text + ']' : text;
  }

  /** Where it listens. */
  public String url() {
    return url;
  }

  /** A link that opens the page, good once. Any thread. */
  public String loginLink() {
    return await(
        onLoop(() -> url + "/#login=" + sessions.link()), "No link could be made", "Try again.");
  }

  private <T> Future<T> onLoop(Supplier<T> work) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(nothing -> promise.complete(work.get()));
    return promise.future();
  }

  // ---- a request

  private void received(HttpServerRequest request, boolean local, Lines lines) {
    request.exceptionHandler(e -> LOG.debug("A request broke off: {}", e.toString()));
    Knock knock = Knock.of(request, local);
    Gate.Verdict verdict =
        request.version() == HttpVersion.HTTP_1_1
            ? gate.judge(knock)
            : new Gate.Verdict.Refused(Body.bad("This is not HTTP/1.1.", "Use it."));
    knock.forgetSecrets(request);
    boolean known = verdict instanceof Gate.Verdict.Pass pass && pass.trusted();
    if (!(known ? trusted : open).take(System.nanoTime())) {
      lines.answering(request);
      Answers.problem(
          request,
          new Problem(
              ErrorCode.TOO_MANY,
              "More requests came than are taken in a second.",
              "Wait a second; for what happens, use events instead of asking again."));
      return;
    }
    switch (verdict) {
      case Gate.Verdict.Refused refused -> {
        lines.answering(request);
        Answers.problem(request, refused.why());
      }
      case Gate.Verdict.Pass pass -> let(request, knock, pass, lines);
    }
  }

  private void let(HttpServerRequest request, Knock knock, Gate.Verdict.Pass pass, Lines lines) {
    if (knock.upgrade()) {
      upgrade(request, pass, lines);
      return;
    }
    Buffer body = Buffer.buffer();
    request.handler(
        part -> {
          body.appendBuffer(part);
          if (body.length() > plan.bounds.bodyBytes()) {
            request.handler(null);
            request.endHandler(null);
            lines.answering(request);
            Answers.problem(
                request,
                new Problem(
                    ErrorCode.TOO_LARGE,
                    "The body has more than " + plan.bounds.bodyBytes() + " bytes.",
                    "Send less at once."));
          }
        });
    request.endHandler(
        nothing -> {
          lines.working(request);
          answer(request, knock, pass, body, lines);
        });
  }

  private void answer(
      HttpServerRequest request, Knock knock, Gate.Verdict.Pass pass, Buffer bytes, Lines lines) {
    Route route = pass.route();
    try {
      if (route == Route.PAGE) {
        lines.answering(request);
        page.send(request, knock.path());
        return;
      }
      Ask ask =
          new Ask(
              request.params(),
              route.method().equals("POST") ? Body.parse(bytes) : Body.parse(Buffer.buffer()));
      switch (route) {
        case PAGE -> {}
        case LIVE -> answer(request, lines, 200, new JsonObject().put("up", true));
        case READY -> {
          boolean ready = house.ready.getAsBoolean();
          answer(request, lines, ready ? 200 : 503, new JsonObject().put("up", ready));
        }
        case OPENAPI -> {
          lines.answering(request);
          Answers.send(request, 200, "application/yaml", openapi);
        }
        case METRICS -> {
          lines.answering(request);
          Answers.send(
              request,
              200,
              "text/plain; version=0.0.4; charset=utf-8",
              Buffer.buffer(house.metrics.get()));
        }
        case LOGIN -> login(request, ask, lines);
        case LOGOUT -> {
          ask.body().only();
          knock.cookie(cookie).ifPresent(sessions::logout);
          answer(request, lines, 200, new JsonObject().put("done", true));
        }
        case LOGIN_LINK -> {
          ask.body().only();
          Instant until = house.clock.instant().plus(Sessions.LINK_LIFE);
          String link = url + "/#login=" + sessions.link();
          answer(
              request,
              lines,
              200,
              new JsonObject().put("url", link).put("expires", Times.text(until)));
        }
        case EVENTS -> new LongPoll(this, request, ask, lines).begin(pass.session());
        default ->
            Future.fromCompletionStage(house.handlers.of(route).answer(ask), context)
                .onSuccess(json -> answer(request, lines, 200, json))
                .onFailure(e -> fail(request, lines, e));
      }
    } catch (RuntimeException e) {
      fail(request, lines, e);
    }
  }

  void answer(HttpServerRequest request, Lines lines, int status, JsonObject json) {
    lines.answering(request);
    Answers.json(request, status, json);
  }

  void fail(HttpServerRequest request, Lines lines, Throwable thrown) {
    lines.answering(request);
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (cause instanceof Problem problem) {
      Answers.problem(request, problem);
      return;
    }
    LOG.error("A request met a bug", cause);
    Answers.problem(
        request,
        new Problem(
            ErrorCode.BUG,
            "A bug in Keymoot kept this from being answered.",
            "Please report it, with what the daemon's log says."));
  }

  private void login(HttpServerRequest request, Ask ask, Lines lines) {
    ask.body().only("code");
    Sessions.Opened opened =
        sessions
            .login(ask.body().needed("code", 100))
            .orElseThrow(
                () ->
                    new Problem(
                        ErrorCode.NO_TOKEN,
                        "The link is used up, or more than ten minutes old.",
                        "Run 'keymoot page' for a fresh one."));
    watchSessions();
    request
        .response()
        .putHeader(
            "Set-Cookie",
            cookie
                + '='
                + opened.cookie()
                + "; Path=/v1; HttpOnly; SameSite=Strict; Max-Age="
                + plan.bounds.sessionLife().toSeconds()
                + (plan.tls.isPresent() ? "; Secure" : ""));
    answer(
        request,
        lines,
        200,
        new JsonObject()
            .put("pageKey", opened.pageKey())
            .put("expires", Times.text(opened.until())));
  }

  /** So that what was opened under a session closes when its time is over, though nobody asks. */
  private void watchSessions() {
    Optional<Instant> next = sessions.nextEnd();
    if (sessionsAreWatched || next.isEmpty()) {
      return;
    }
    sessionsAreWatched = true;
    long left = Duration.between(house.clock.instant(), next.get()).toMillis() + 1;
    vertx.setTimer(
        Math.max(1, Math.min(left, Bounds.SESSION_LOOK_MILLIS)),
        fired -> {
          sessionsAreWatched = false;
          sessions.forgetWhatIsOver();
          watchSessions();
        });
  }

  // ---- WebSockets

  private void upgrade(HttpServerRequest request, Gate.Verdict.Pass pass, Lines lines) {
    long since;
    try {
      Ask ask = new Ask(request.params(), Body.parse(Buffer.buffer()));
      ask.only("since");
      since = ask.number("since", 0, Long.MAX_VALUE, house.events.last());
      takeSocket();
    } catch (Problem e) {
      lines.answering(request);
      Answers.problem(request, e);
      return;
    }
    lines.working(request);
    request
        .toWebSocket()
        .onSuccess(
            socket -> {
              Optional<String> over = pass.session().flatMap(Sessions.Session::over);
              if (over.isPresent()) {
                // Since it was let in; not one event is told under it.
                sockets--;
                socket.close(SESSION_OVER, over.get());
                return;
              }
              Runnable end = begin(pass.route(), socket, since);
              Runnable ended =
                  pass.session()
                      .map(session -> session.whenOver(why -> socket.close(SESSION_OVER, why)))
                      .orElse(() -> {});
              socket.closeHandler(
                  nothing -> {
                    sockets--;
                    ended.run();
                    end.run();
                  });
            })
        .onFailure(
            e -> {
              sockets--;
              request.connection().close();
            });
  }

  private Runnable begin(Route route, ServerWebSocket socket, long since) {
    return route == Route.KEYS
        ? new KeySocket(vertx, context, socket, house.keys, rekeys).begin()
        : new EventSocket(vertx, context, socket, house.events, since).begin();
  }

  /** A WebSocket or long poll is about to begin. */
  void takeSocket() {
    if (sockets >= plan.bounds.sockets()) {
      throw new Problem(
          ErrorCode.TOO_MANY,
          "As many WebSockets and long polls are open as may be.",
          "Close one of them.");
    }
    sockets++;
  }

  void giveSocketBack() {
    sockets--;
  }

  EventLog events() {
    return house.events;
  }

  Vertx vertx() {
    return vertx;
  }

  Context context() {
    return context;
  }

  // ----

  private static byte[] resource(String name) {
    try (InputStream in = ApiServer.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar has no " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("the jar's " + name + " cannot be read", e);
    }
  }

  @Override
  public void close() {
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(3, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("Vert.x did not close in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
