package io.keymoot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that are slow, greedy, or not clients at all. */
class RoughClientsTest {
  private static final String TOKEN = "the-token-of-this-test-which-nobody-can-guess";
  private static final String MEDIA_TOKEN = "the-media-token-of-this-test-is-another-one";

  private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: %s\r\n\r\n";
  private static final Duration ONE_HOUR = Duration.ofHours(1);

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
    untilItAnswers();
  }

  /** Impatient as it is, it may find whoever asks on a busy machine too slow as well. */
  private void untilItAnswers() {
    Awaitility.await().atMost(TestServer.IN_THE_END).until(server::stillAnswers);
  }

  @Test
  void whoDribblesItsBodyIsCutOff() throws Exception {
    server.openImpatient();
    try (RawClient client = new RawClient(server.port())) {
      client.send(
          "POST /v1/send HTTP/1.1\r\nHost: "
              + server.host()
              + "\r\nAuthorization: Bearer "
              + TOKEN
              + "\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n{\"te");
      assertThat(client.awaitClosed()).isTrue();
    }
    untilItAnswers();
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedBeforeItIsWhole() throws Exception {
    server.openNarrow();
    try (RawClient client = new RawClient(server.port())) {
      client.send(
          "POST /v1/send HTTP/1.1\r\nHost: "
              + server.host()
              + "\r\nAuthorization: Bearer "
              + TOKEN
              + "\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n"
              + "x".repeat(5_000));
      RawClient.Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.body()).contains("\"code\":\"too-large\"");
    }
    assertThat(server.stillAnswers()).isTrue();
  }

  @Test
  void aHeadThatIsTooLongIsRefused() throws Exception {
    server.openNarrow();
    try (RawClient client = new RawClient(server.port())) {
      client.send(
          "GET /health/live HTTP/1.1\r\nHost: "
              + server.host()
              + "\r\nX: "
              + "x".repeat(20_000)
              + "\r\n\r\n");
      assertThat(client.read().status()).isBetween(400, 499);
    }
    assertThat(server.stillAnswers()).isTrue();
  }

  @Test
  void aConnectionBeyondTheBoundIsClosedTheOthersAreServedAndThenThereIsRoomAgain()
      throws Exception {
    int bound = 3;
    // More patience than the test takes: whoever is within stays, though it says nothing.
    server.open(new Bounds(bound, 4, 4_096, Duration.ofMinutes(5), 1_000, 1_000, ONE_HOUR));
    List<RawClient> within = new ArrayList<>();
    for (int i = 0; i < bound; i++) {
      RawClient client = new RawClient(server.port());
      within.add(client);
      assertThat(isServed(client)).isTrue();
    }
    for (int i = 0; i < 20; i++) {
      assertThat(server.stillAnswers()).as("one more than " + bound).isFalse();
    }
    for (RawClient each : within) {
      each.send(LIVE.formatted(server.host()));
      assertThat(each.read().status()).as("over the connection it had").isEqualTo(200);
    }
    within.get(0).close();
    Awaitility.await().atMost(TestServer.IN_THE_END).until(server::stillAnswers);
    for (RawClient each : within) {
      each.close();
    }
  }

  private boolean isServed(RawClient client) throws IOException {
    client.send(LIVE.formatted(server.host()));
    return client.read().status() == 200;
  }

  @Test
  void requestsBeyondTheRateAreToldToWaitAndTheOwnersBucketIsItsOwn() throws Exception {
    // One a second: a busy machine may take half a minute over all of them.
    server.open(new Bounds(20, 4, 4_096, Duration.ofSeconds(20), 1, 100, ONE_HOUR));
    try (RawClient client = new RawClient(server.port())) {
      int refused = 0;
      for (int i = 0; i < 60; i++) {
        RawClient.Answer answer =
            client.ask("GET", "/health/live", RawClient.headers("Host", server.host()), "");
        refused += answer.status() == 429 ? 1 : 0;
      }
      assertThat(refused).isGreaterThan(20);
      assertThat(
              client
                  .ask(
                      "GET",
                      "/v1/status",
                      RawClient.headers("Host", server.host(), "Authorization", "Bearer " + TOKEN),
                      "")
                  .status())
          .isEqualTo(200);
    }
  }

  @Test
  void aWebSocketThatDoesNotReadHasNoQueueAndIsToldWhatItMissed() throws Exception {
    server.open();
    int published = 1_000;
    String large = "x".repeat(20_000);
    try (RawClient client = new RawClient(server.port())) {
      client.send(server.handshake("/v1/events?since=0", "Authorization", "Bearer " + TOKEN));
      assertThat(client.read().status()).isEqualTo(101);
      for (int i = 0; i < published; i++) {
        server.events.publish("note", new JsonObject().put("text", large));
        if (i % 50 == 0) {
          // It had the time to write them all, so that only what is not taken stays behind.
          assertThat(server.stillAnswers()).isTrue();
        }
      }
      long last = 0;
      long missed = 0;
      while (last < published) {
        JsonObject told = new JsonObject(client.message());
        JsonObject gap = told.getJsonObject("missed");
        assertThat(gap == null ? told.getLong("id") : gap.getLong("first")).isEqualTo(last + 1);
        last = gap == null ? told.getLong("id") : gap.getLong("last");
        missed += gap == null ? 0 : gap.getLong("last") - gap.getLong("first") + 1;
      }
      assertThat(missed).as("of what the network did not take").isGreaterThan(100);
    }
  }

  // ---- not HTTP that means one thing

  @Test
  void twoHostsAndTwoLengthsAndSmuggledRequestsAreRefused() throws Exception {
    server.open();
    for (String text :
        List.of(
            "GET /health/live HTTP/1.1\r\nHost: "
                + server.host()
                + "\r\nHost: evil.example\r\n\r\n",
            "GET http://evil.example/health/live HTTP/1.1\r\nHost: " + server.host() + "\r\n\r\n",
            "GET /health/live HTTP/1.0\r\nHost: " + server.host() + "\r\n\r\n",
            "GET /v1/../health/live HTTP/1.1\r\nHost: " + server.host() + "\r\n\r\n",
            "GET /health/%6cive HTTP/1.1\r\nHost: " + server.host() + "\r\n\r\n",
            "GET /page/..%2f..%2fopenapi.yaml HTTP/1.1\r\nHost: " + server.host() + "\r\n\r\n",
            "GET /page/../page/index.html HTTP/1.1\r\nHost: " + server.host() + "\r\n\r\n",
            "GET /page/../api/openapi.yaml HTTP/1.1\r\nHost: " + server.host() + "\r\n\r\n",
            "POST /v1/login HTTP/1.1\r\nHost: "
                + server.host()
                + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /v1/login HTTP/1.1\r\nHost: "
                + server.host()
                + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                + "Content-Length: 3\r\n\r\n{}")) {
      try (RawClient client = new RawClient(server.port())) {
        assertThat(client.raw(text).status()).as(text).isBetween(400, 499);
      }
    }
    assertThat(server.stillAnswers()).isTrue();
  }

  /** Whoever reads the first and whoever reads the last would not judge the same request. */
  @Test
  void whatASecondHeaderSaysIsNotOverlooked() throws Exception {
    server.open();
    String own = "http://" + server.host();
    String bearer = "Bearer " + TOKEN;
    List<String> right =
        RawClient.headers(
            "Host",
            server.host(),
            "Origin",
            own,
            "Sec-Fetch-Site",
            "same-origin",
            "Content-Type",
            "application/json",
            "Authorization",
            bearer);
    for (List<String> second :
        List.of(
            List.of("Origin", "https://evil.example"),
            List.of("Sec-Fetch-Site", "cross-site"),
            List.of("Content-Type", "text/plain"),
            List.of("Authorization", "Bearer another"))) {
      List<String> both = new ArrayList<>(right);
      both.addAll(RawClient.headers(second.get(0), second.get(1)));
      try (RawClient client = new RawClient(server.port())) {
        assertThat(client.ask("POST", "/v1/rekey", right, "{}").status()).isEqualTo(200);
        assertThat(client.ask("POST", "/v1/rekey", both, "{}").status())
            .as(second.toString())
            .isBetween(400, 499);
      }
    }
  }

  @Test
  void whatIsNoWebSocketDoesNotBecomeOne() throws Exception {
    server.open();
    try (RawClient client = new RawClient(server.port())) {
      client.send(server.handshake("/v1/status", "Authorization", "Bearer " + TOKEN));
      assertThat(client.read().status()).isEqualTo(400);
    }
  }

  @Test
  void aBugIsOwnedUpToWithoutTellingTheInside() throws Exception {
    TestServer broken =
        new TestServer(
            TOKEN,
            MEDIA_TOKEN,
            "https://meet.example.org",
            route -> {
              throw new IllegalStateException("the inside of it");
            });
    broken.open();
    try (RawClient client = new RawClient(broken.port())) {
      RawClient.Answer answer =
          client.ask(
              "GET",
              "/v1/status",
              RawClient.headers("Host", broken.host(), "Authorization", "Bearer " + TOKEN),
              "");
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.body()).contains("A bug in Keymoot").doesNotContain("inside", "Exception");
    } finally {
      broken.close();
    }
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
                RawClient.headers("Host", server.host(), "Content-Type", "application/json"),
                body);
        assertThat(answer.status()).as(body).isEqualTo(400);
        assertThat(answer.header("content-type")).hasValue("application/problem+json");
      }
    }
  }

  // ---- media workers, and long polls

  @Test
  void mediaKeysNeedTheirOwnTokenAndOneOfTheOriginsThatWereNamed() throws Exception {
    server.open();
    assertThat(media("https://meet.example.org", MEDIA_TOKEN)).isEqualTo(101);
    assertThat(media(null, MEDIA_TOKEN)).isEqualTo(101);
    assertThat(media("https://evil.example", MEDIA_TOKEN)).isEqualTo(403);
    assertThat(media("https://meet.example.org", TOKEN)).isEqualTo(401);
    assertThat(media("https://meet.example.org", "")).isEqualTo(401);
    String bearer = "Bearer " + MEDIA_TOKEN;
    assertThat(keys("Authorization", bearer)).isEqualTo(101);
    assertThat(keys("Authorization", bearer, "Authorization", "Bearer another")).isEqualTo(401);
  }

  private int keys(@Nullable String... headers) throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      client.send(server.handshake("/v1/keys", headers));
      return client.read().status();
    }
  }

  @Test
  void notMoreWebSocketsAreOpenThanMayBeAndOneThatClosesMakesRoom() throws Exception {
    server.openNarrow();
    List<WebSocket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        open.add(worker());
      }
      assertThat(keys("Authorization", "Bearer " + MEDIA_TOKEN)).isEqualTo(429);
      open.removeLast().abort();
      Awaitility.await()
          .atMost(TestServer.IN_THE_END)
          .until(() -> keys("Authorization", "Bearer " + MEDIA_TOKEN) == 101);
    } finally {
      open.forEach(WebSocket::abort);
    }
  }

  private WebSocket worker() throws Exception {
    return HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .subprotocols("keymoot.v1", "keymoot.token." + MEDIA_TOKEN)
        .buildAsync(URI.create("ws://" + server.host() + "/v1/keys"), new WebSocket.Listener() {})
        .get(60, TimeUnit.SECONDS);
  }

  @Test
  void workersThatWantKeyAfterKeyAreGivenOneASecond() throws Exception {
    server.open();
    WebSocket worker = worker();
    long start = System.nanoTime();
    try {
      untilHeard(worker, 1);
      for (int i = 0; i < 100; i++) {
        worker.sendText("{\"rekey\":true}", true).get(60, TimeUnit.SECONDS);
      }
      untilHeard(worker, 2);
      long seconds = 1 + (System.nanoTime() - start) / 1_000_000_000L;
      assertThat(server.rekeys.get())
          .isBetween((long) Bounds.BURST_SECONDS, Bounds.BURST_SECONDS + seconds);
    } finally {
      worker.abort();
    }
  }

  /** What was said before is heard before. */
  private void untilHeard(WebSocket worker, long seq) {
    Awaitility.await()
        .atMost(TestServer.IN_THE_END)
        .until(
            () -> {
              worker.sendText("{\"ack\":" + seq + "}", true).get(60, TimeUnit.SECONDS);
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
                    RawClient.headers("Host", server.host(), "Authorization", "Bearer " + TOKEN),
                    "");
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    assertThat(server.stillAnswers()).isTrue();
    assertThat(waiting).isNotDone();
    server.events.publish("note", new JsonObject().put("text", "now"));
    assertThat(waiting.get(60, TimeUnit.SECONDS).body()).contains("\"now\"").contains("\"last\":1");
  }

  private int media(@Nullable String origin, String token) throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      client.send(
          server.handshake(
              "/v1/keys",
              "Origin",
              origin,
              "Sec-Fetch-Site",
              origin == null ? null : "cross-site",
              "Sec-WebSocket-Protocol",
              "keymoot.v1, keymoot.token." + token));
      return client.read().status();
    }
  }
}
