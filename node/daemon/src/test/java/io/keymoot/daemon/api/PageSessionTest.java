package io.keymoot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How the page logs in, and what ends with its session. */
class PageSessionTest {
  private final TestServer server =
      new TestServer(
          "the-token-of-this-test-which-nobody-can-guess",
          "the-media-token-of-this-test-is-another-one",
          "https://meet.example.org",
          route -> {});

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aLinkLogsInOnceAndItsCookieAloneOpensNothing() throws Exception {
    server.open();
    String link = server.server().loginLink();
    String code = link.substring(link.indexOf('=') + 1);
    String origin = "http://" + server.host();
    try (RawClient client = new RawClient(server.port())) {
      RawClient.Answer in = login(client, code);
      assertThat(in.status()).isEqualTo(200);
      String setCookie = in.header("set-cookie").orElseThrow();
      assertThat(setCookie).contains("HttpOnly").contains("SameSite=Strict").contains("Path=/v1");
      String cookie = setCookie.substring(0, setCookie.indexOf(';'));
      String pageKey = new JsonObject(in.body()).getString("pageKey");
      assertThat(login(client, code).status()).isEqualTo(401);

      assertThat(status(client, "Cookie", cookie, "Keymoot-Page", pageKey)).isEqualTo(200);
      assertThat(status(client, "Cookie", cookie)).isEqualTo(401);
      assertThat(status(client, "Keymoot-Page", pageKey)).isEqualTo(401);
      assertThat(status(client, "Cookie", cookie, "Keymoot-Page", pageKey + "x")).isEqualTo(401);
      assertThat(status(client, "Cookie", cookie + "x", "Keymoot-Page", pageKey)).isEqualTo(401);
      assertThat(
              status(client, "Cookie", cookie, "Keymoot-Page", pageKey, "Keymoot-Page", "another"))
          .isEqualTo(401);

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
    // On connections of their own: only what the server holds can end with the session.
    Awaitility.await().atMost(TestServer.IN_THE_END).until(() -> server.events.readers() == 3);

    page.logout();
    assertThat(told.closed.get(40, TimeUnit.SECONDS)).isEqualTo("1008 the page was logged out");
    RawClient.Answer refused = poll.read();
    poll.close();
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.body())
        .contains("\"code\":\"no-token\"", "The session is over: the page was logged out");
    // The other page's alone is left.
    Awaitility.await().atMost(TestServer.IN_THE_END).until(() -> server.events.readers() == 1);

    server.events.publish("note", new JsonObject().put("text", "secret"));
    Awaitility.await().atMost(TestServer.IN_THE_END).until(() -> anothers.messages.size() == 1);
    assertThat(told.messages).isEmpty();
    assertThat(anothers.closed).isNotDone();
  }

  @Test
  void whenTheTimeOfASessionIsOverWhatItHasOpenCloses() throws Exception {
    assertThat(followedFor(Duration.ofSeconds(2)).closed.get(40, TimeUnit.SECONDS))
        .isEqualTo("1008 the page was logged in for as long as it may be");
  }

  /**
   * On a busy machine so short a session may be over before anything is open: then a longer one.
   */
  private Told followedFor(Duration life) throws Exception {
    server.open(life);
    Page page = new Page();
    try {
      return page.follow();
    } catch (ExecutionException over) {
      assertThat(over).hasCauseInstanceOf(WebSocketHandshakeException.class);
      assertThat(life).isLessThan(Duration.ofSeconds(20));
      server.close();
      return followedFor(life.multipliedBy(4));
    }
  }

  @Test
  void whoIsLoggedOutByTheLoginsOfOthersIsToldSo() throws Exception {
    server.open();
    Told told = new Page().follow();
    for (int i = 0; i < 16; i++) {
      new Page();
    }
    assertThat(told.closed.get(40, TimeUnit.SECONDS)).startsWith("1008 16 others");
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
        pageKey = new JsonObject(in.body()).getString("pageKey");
      }
    }

    Told follow() throws Exception {
      Told told = new Told();
      HttpClient.newHttpClient()
          .newWebSocketBuilder()
          .header("Cookie", cookie)
          .header("Origin", "http://" + server.host())
          .subprotocols("keymoot.v1", "keymoot.page." + pageKey)
          .buildAsync(URI.create("ws://" + server.host() + "/v1/events"), told)
          .get(60, TimeUnit.SECONDS);
      return told;
    }

    RawClient poll(String path) throws Exception {
      RawClient client = new RawClient(server.port());
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
                "http://" + server.host(),
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

  // ----

  private RawClient.Answer login(RawClient client, String code) throws Exception {
    return client.ask(
        "POST",
        "/v1/login",
        RawClient.headers(
            "Host",
            server.host(),
            "Content-Type",
            "application/json",
            "Origin",
            "http://" + server.host()),
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
    List<String> all = new ArrayList<>(RawClient.headers("Host", server.host()));
    all.addAll(RawClient.headers(headers));
    return all;
  }

  private int webSocket(String path, String cookie, String pageKey, @Nullable String origin)
      throws Exception {
    try (RawClient client = new RawClient(server.port())) {
      client.send(
          server.handshake(
              path,
              "Origin",
              origin,
              "Cookie",
              cookie,
              "Sec-WebSocket-Protocol",
              "keymoot.v1, keymoot.page." + pageKey));
      return client.read().status();
    }
  }
}
