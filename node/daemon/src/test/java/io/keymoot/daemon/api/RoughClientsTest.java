package io.keymoot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that are slow, greedy, or not clients at all; and the page, which is none of these. */
class RoughClientsTest {
  private static final String TOKEN = "the-token-of-this-test-which-nobody-can-guess";
  private static final String MEDIA_TOKEN = "the-media-token-of-this-test-is-another-one";

  private final TestServer server =
      new TestServer(TOKEN, MEDIA_TOKEN, "https://meet.example.org", route -> {});

  @AfterEach
  void close() {
    server.close();
  }

  // ---- slow and greedy

  @Test
  void whoDribblesItsHeaderIsCutOff() throws Exception {
    server.openImpatient();
    try (RawClient client = new RawClient(server.port())) {
      client.send("GET /health/live HTTP/1.1\r\nHost: 127");
      assertThat(client.awaitClosed()).isTrue();
    }
    stillAnswers();
  }

  @Test
  void whoDribblesItsBodyIsCutOff() throws Exception {
    server.openImpatient();
    try (RawClient client = new RawClient(server.port())) {
      client.send(
          "POST /v1/send HTTP/1.1\r\nHost: "
              + host()
              + "\r\nAuthorization: Bearer "
              + TOKEN
              + "\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n{\"te");
      assertThat(client.awaitClosed()).isTrue();
    }
    stillAnswers();
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedBeforeItIsWhole() throws Exception {
    server.openImpatient();
    try (RawClient client = new RawClient(server.port())) {
      client.send(
          "POST /v1/send HTTP/1.1\r\nHost: "
              + host()
              + "\r\nAuthorization: Bearer "
              + TOKEN
              + "\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n"
              + "x".repeat(5_000));
      RawClient.Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.body()).contains("\"code\":\"too-large\"");
    }
    stillAnswers();
  }

  @Test
  void aHeadThatIsTooLongIsRefused() throws Exception {
    server.openImpatient();
    try (RawClient client = new RawClient(server.port())) {
      client.send(
          "GET /health/live HTTP/1.1\r\nHost: "
              + host()
              + "\r\nX: "
              + "x".repeat(20_000)
              + "\r\n\r\n");
      assertThat(client.read().status()).isBetween(400, 499);
    }
    stillAnswers();
  }

  @Test
  void connectionsBeyondTheBoundAreClosedAndOthersServed() throws Exception {
    server.openImpatient();
    List<RawClient> idle = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      RawClient client = new RawClient(server.port());
      client.send("GET");
      idle.add(client);
    }
    // The idle ones are cut off after the server's patience, and then there is room again.
    for (RawClient each : idle) {
      assertThat(each.awaitClosed()).isTrue();
      each.close();
    }
    stillAnswers();
  }

  @Test
  void requestsBeyondTheRateAreToldToWaitAndTheOwnersBucketIsItsOwn() throws Exception {
    server.open(new Bounds(20, 4, 4_096, Duration.ofSeconds(20), 5, 100, Duration.ofHours(1)));
    try (RawClient client = new RawClient(server.port())) {
      int refused = 0;
      for (int i = 0; i < 60; i++) {
        RawClient.Answer answer =
            client.ask("GET", "/health/live", RawClient.headers("Host", host()), "");
        refused += answer.status() == 429 ? 1 : 0;
      }
      assertThat(refused).isGreaterThan(20);
      assertThat(
              client
                  .ask(
                      "GET",
                      "/v1/status",
                      RawClient.headers("Host", host(), "Authorization", "Bearer " + TOKEN),
                      "")
                  .status())
          .isEqualTo(200);
    }
  }

  @Test
  void aThousandEventsToAWebSocketThatDoesNotReadAreNotQueuedForIt() throws Exception {
    server.open();
    try (RawClient client = new RawClient(server.port())) {
      client.send(handshake("/v1/events?since=0", "Bearer " + TOKEN, null));
      assertThat(client.read().status()).isEqualTo(101);
      String large = "x".repeat(20_000);
      for (int i = 0; i < 1_000; i++) {
        server.events.publish("note", new io.vertx.core.json.JsonObject().put("text", large));
      }
      // Nothing was read, so most of them wait in no queue; the log keeps its own bound.
      stillAnswers();
      EventLog.Page page = server.events.after(0, 10);
      assertThat(page.missedFrom()).isEqualTo(1);
    }
  }

  // ---- not HTTP that means one thing

  @Test
  void twoHostsAndTwoLengthsAndSmuggledRequestsAreRefused() throws Exception {
    server.open();
    for (String text :
        List.of(
            "GET /health/live HTTP/1.1\r\nHost: " + host() + "\r\nHost: evil.example\r\n\r\n",
            "GET http://evil.example/health/live HTTP/1.1\r\nHost: " + host() + "\r\n\r\n",
            "GET /health/live HTTP/1.0\r\nHost: " + host() + "\r\n\r\n",
            "GET /v1/../health/live HTTP/1.1\r\nHost: " + host() + "\r\n\r\n",
            "GET /health/%6cive HTTP/1.1\r\nHost: " + host() + "\r\n\r\n",
            "GET /page/..%2f..%2fopenapi.yaml HTTP/1.1\r\nHost: " + host() + "\r\n\r\n",
            "GET /page/../api/openapi.yaml HTTP/1.1\r\nHost: " + host() + "\r\n\r\n",
            "POST /v1/login HTTP/1.1\r\nHost: "
                + host()
                + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /v1/login HTTP/1.1\r\nHost: "
                + host()
                + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                + "Content-Length: 3\r\n\r\n{}")) {
      try (RawClient client = new RawClient(server.port())) {
        assertThat(client.raw(text).status()).as(text).isBetween(400, 499);
      }
    }
    stillAnswers();
  }

  @Test
  void whatIsNoJsonOrHasUnknownFieldsIsExplained() throws Exception {
    server.open();
    try (RawClient client = new RawClient(server.port())) {
      for (String body : List.of("[]", "{", "\"x\"", "{\"other\":1}", "{\"code\":7}")) {
        RawClient.Answer answer =
            client.ask(
                "POST",
                "/v1/login",
                RawClient.headers("Host", host(), "Content-Type", "application/json"),
                body);
        assertThat(answer.status()).as(body).isEqualTo(400);
        assertThat(answer.header("content-type")).hasValue("application/problem+json");
      }
    }
  }

  // ---- the page

  @Test
  void aLinkLogsInOnceAndItsCookieAloneOpensNothing() throws Exception {
    server.open();
    String link = server.server().loginLink();
    String code = link.substring(link.indexOf('=') + 1);
    String origin = "http://" + host();
    try (RawClient client = new RawClient(server.port())) {
      RawClient.Answer in = login(client, code);
      assertThat(in.status()).isEqualTo(200);
      String setCookie = in.header("set-cookie").orElseThrow();
      assertThat(setCookie).contains("HttpOnly").contains("SameSite=Strict").contains("Path=/v1");
      String cookie = setCookie.substring(0, setCookie.indexOf(';'));
      String pageKey = new io.vertx.core.json.JsonObject(in.body()).getString("pageKey");
      assertThat(login(client, code).status()).isEqualTo(401);

      assertThat(status(client, "Cookie", cookie, "Keymoot-Page", pageKey)).isEqualTo(200);
      assertThat(status(client, "Cookie", cookie)).isEqualTo(401);
      assertThat(status(client, "Keymoot-Page", pageKey)).isEqualTo(401);
      assertThat(status(client, "Cookie", cookie, "Keymoot-Page", pageKey + "x")).isEqualTo(401);

      // To act, it must say where it is.
      assertThat(post(client, "Cookie", cookie, "Keymoot-Page", pageKey)).isEqualTo(401);
      assertThat(post(client, "Cookie", cookie, "Keymoot-Page", pageKey, "Origin", origin))
          .isEqualTo(200);

      // And so for the WebSocket, where the key is among the subprotocols.
      client.close();
      assertThat(webSocket("/v1/events", cookie, pageKey, origin)).isEqualTo(101);
      assertThat(webSocket("/v1/events", cookie, pageKey, null)).isEqualTo(401);
      assertThat(webSocket("/v1/events", cookie, "no", origin)).isEqualTo(401);
      assertThat(webSocket("/v1/events", cookie, pageKey, "https://evil.example")).isEqualTo(403);
      assertThat(webSocket("/v1/keys", cookie, pageKey, origin)).isEqualTo(401);
    }
  }

  // ---- the end of a session

  @Test
  void whoLogsOutHearsNothingMoreOverWhatItHasOpen() throws Exception {
    server.open();
    Page page = new Page();
    Page another = new Page();
    Told told = page.follow();
    Told anothers = another.follow();
    RawClient poll = page.poll("/v1/events?since=0&wait=30000");

    page.logout();
    assertThat(told.closed.get(10, TimeUnit.SECONDS)).isEqualTo("1008 the page was logged out");
    RawClient.Answer refused = poll.read();
    poll.close();
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.body()).contains("\"code\":\"no-token\"").contains("logged out");

    server.events.publish("note", new io.vertx.core.json.JsonObject().put("text", "secret"));
    Awaitility.await().until(() -> anothers.messages.size() == 1);
    assertThat(told.messages).isEmpty();
    assertThat(anothers.closed).isNotDone();
  }

  @Test
  void whenTheTimeOfASessionIsOverWhatItHasOpenCloses() throws Exception {
    server.open(Duration.ofSeconds(2));
    assertThat(new Page().follow().closed.get(20, TimeUnit.SECONDS))
        .isEqualTo("1008 the page was logged in for as long as it may be");
  }

  @Test
  void whoIsLoggedOutByTheLoginsOfOthersIsToldSo() throws Exception {
    server.open();
    Told told = new Page().follow();
    for (int i = 0; i < 16; i++) {
      new Page();
    }
    assertThat(told.closed.get(10, TimeUnit.SECONDS)).startsWith("1008 16 others");
  }

  /** A browser that has logged in. */
  private final class Page {
    private final String cookie;
    private final String pageKey;

    Page() throws Exception {
      String link = server.server().loginLink();
      try (RawClient client = new RawClient(server.port())) {
        RawClient.Answer in = login(client, link.substring(link.indexOf('=') + 1));
        String setCookie = in.header("set-cookie").orElseThrow();
        cookie = setCookie.substring(0, setCookie.indexOf(';'));
        pageKey = new io.vertx.core.json.JsonObject(in.body()).getString("pageKey");
      }
    }

    Told follow() throws Exception {
      Told told = new Told();
      HttpClient.newHttpClient()
          .newWebSocketBuilder()
          .header("Cookie", cookie)
          .header("Origin", "http://" + host())
          .subprotocols("keymoot.v1", "keymoot.page." + pageKey)
          .buildAsync(URI.create("ws://" + host() + "/v1/events"), told)
          .get(10, TimeUnit.SECONDS);
      return told;
    }

    /** On a connection that the server has, so that it is there before what is asked later. */
    RawClient poll(String path) throws Exception {
      RawClient client = new RawClient(server.port());
      assertThat(status(client, "Cookie", cookie, "Keymoot-Page", pageKey)).isEqualTo(200);
      client.send(
          "GET "
              + path
              + " HTTP/1.1\r\n"
              + String.join("\r\n", all("Cookie", cookie, "Keymoot-Page", pageKey))
              + "\r\n\r\n");
      return client;
    }

    void logout() throws Exception {
      try (RawClient client = new RawClient(server.port())) {
        List<String> headers =
            all(
                "Cookie",
                cookie,
                "Keymoot-Page",
                pageKey,
                "Origin",
                "http://" + host(),
                "Content-Type",
                "application/json");
        assertThat(client.ask("POST", "/v1/logout", headers, "{}").status()).isEqualTo(200);
      }
    }
  }

  /** What came over a WebSocket, and how it was closed. */
  private static final class Told implements WebSocket.Listener {
    final List<String> messages = new CopyOnWriteArrayList<>();
    final CompletableFuture<String> closed = new CompletableFuture<>();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
      messages.add(text.toString());
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(code + " " + reason);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      closed.completeExceptionally(error);
    }
  }

  @Test
  void mediaKeysNeedTheirOwnTokenAndOneOfTheOriginsThatWereNamed() throws Exception {
    server.open();
    assertThat(media("https://meet.example.org", MEDIA_TOKEN)).isEqualTo(101);
    assertThat(media(null, MEDIA_TOKEN)).isEqualTo(101);
    assertThat(media("https://evil.example", MEDIA_TOKEN)).isEqualTo(403);
    assertThat(media("https://meet.example.org", TOKEN)).isEqualTo(401);
    assertThat(media("https://meet.example.org", "")).isEqualTo(401);
  }

  @Test
  void workersThatWantKeyAfterKeyAreGivenOneASecond() throws Exception {
    server.open();
    WebSocket worker =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .subprotocols("keymoot.v1", "keymoot.token." + MEDIA_TOKEN)
            .buildAsync(URI.create("ws://" + host() + "/v1/keys"), new WebSocket.Listener() {})
            .get(10, TimeUnit.SECONDS);
    try {
      untilHeard(worker, 1);
      for (int i = 0; i < 100; i++) {
        worker.sendText("{\"rekey\":true}", true).get(10, TimeUnit.SECONDS);
      }
      untilHeard(worker, 2);
      assertThat(server.rekeys.get()).isBetween((long) Bounds.BURST_SECONDS, 20L);
    } finally {
      worker.abort();
    }
  }

  /** What was said before is heard before. */
  private void untilHeard(WebSocket worker, long seq) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> {
              worker.sendText("{\"ack\":" + seq + "}", true).get(10, TimeUnit.SECONDS);
              return server.acknowledged.get() == seq;
            });
  }

  @Test
  void aLongPollEndsWithTheNextEventAndNotBefore() throws Exception {
    server.open();
    CompletableFuture<RawClient.Answer> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try (RawClient client = new RawClient(server.port())) {
                return client.ask(
                    "GET",
                    "/v1/events?since=0&wait=20000",
                    RawClient.headers("Host", host(), "Authorization", "Bearer " + TOKEN),
                    "");
              } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    stillAnswers();
    assertThat(waiting).isNotDone();
    server.events.publish("note", new io.vertx.core.json.JsonObject().put("text", "now"));
    assertThat(waiting.get(10, TimeUnit.SECONDS).body()).contains("\"now\"").contains("\"last\":1");
  }

  // ----

  private RawClient.Answer login(RawClient client, String code) throws Exception {
    return client.ask(
        "POST",
        "/v1/login",
        RawClient.headers(
            "Host", host(), "Content-Type", "application/json", "Origin", "http://" + host()),
        "{\"code\":\"" + code + "\"}");
  }

  private int status(RawClient client, String... headers) throws Exception {
    return client.ask("GET", "/v1/status", all(headers), "").status();
  }

  private int post(RawClient client, String... headers) throws Exception {
    List<String> all = new ArrayList<>(all(headers));
    all.add("Content-Type: application/json");
    return client.ask("POST", "/v1/rekey", all, "{}").status();
  }

  private List<String> all(String... headers) {
    List<String> all = new ArrayList<>(RawClient.headers("Host", host()));
    all.addAll(RawClient.headers(headers));
    return all;
  }

  private int webSocket(String path, String cookie, String pageKey, @Nullable String origin)
      throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      client.send(
          handshake(
              path,
              null,
              (origin == null ? "" : "Origin: " + origin + "\r\n")
                  + "Cookie: "
                  + cookie
                  + "\r\nSec-WebSocket-Protocol: keymoot.v1, keymoot.page."
                  + pageKey
                  + "\r\n"));
      return client.read().status();
    }
  }

  private int media(@Nullable String origin, String token) throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      client.send(
          handshake(
              "/v1/keys",
              null,
              (origin == null ? "" : "Origin: " + origin + "\r\nSec-Fetch-Site: cross-site\r\n")
                  + "Sec-WebSocket-Protocol: keymoot.v1, keymoot.token."
                  + token
                  + "\r\n"));
      return client.read().status();
    }
  }

  private String handshake(String path, @Nullable String authorization, @Nullable String more) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: "
        + host()
        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + (authorization == null ? "" : "Authorization: " + authorization + "\r\n")
        + (more == null ? "" : more)
        + "\r\n";
  }

  private String host() {
    return "127.0.0.1:" + server.port();
  }

  private void stillAnswers() throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      assertThat(client.ask("GET", "/health/live", RawClient.headers("Host", host()), "").status())
          .isEqualTo(200);
    }
  }
}
