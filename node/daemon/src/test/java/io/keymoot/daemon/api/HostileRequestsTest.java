package io.keymoot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every route with every mixture of where a request says it goes, where it says it comes from, what
 * it is and who sent it. What may pass is written here once more, from the table in the module's
 * README and not from the gate's code. The server is the real one, over TCP; behind it stands what
 * counts who came through.
 */
class HostileRequestsTest {
  private static final String TOKEN = "the-token-of-this-test-which-nobody-can-guess";
  private static final String MEDIA_TOKEN = "the-media-token-of-this-test-is-another-one";
  private static final String MEDIA_ORIGIN = "https://meet.example.org";

  private final List<Route> reached = Collections.synchronizedList(new ArrayList<>());
  private final TestServer server = new TestServer(TOKEN, MEDIA_TOKEN, MEDIA_ORIGIN, reached::add);

  @BeforeEach
  void open() {
    server.open();
  }

  @AfterEach
  void close() {
    server.close();
  }

  private enum Shown {
    NOTHING(null),
    TOKEN_(TOKEN),
    WRONG("the-token-of-this-test-which-somebody-guessed"),
    MEDIA(MEDIA_TOKEN);

    final @Nullable String token;

    Shown(@Nullable String token) {
      this.token = token;
    }
  }

  @Test
  void whatIsNotAllowedDoesNotPassAndWhatIsDoes() throws Exception {
    String own = "127.0.0.1:" + server.port();
    List<Optional<String>> hosts =
        options(
            own, "localhost:" + server.port(), "127.0.0.1", "evil.example:" + server.port(), null);
    List<Optional<String>> origins =
        options(null, "http://" + own, "https://evil.example", MEDIA_ORIGIN, "null");
    List<Optional<String>> sites = options(null, "same-origin", "none", "same-site", "cross-site");
    List<Optional<String>> types = options("application/json", "text/plain", null);
    int mixture = 0;
    int asked = 0;
    int passed = 0;
    List<String> wrong = new ArrayList<>();
    try (RawClient client = new RawClient(server.port())) {
      for (Route route : Route.values()) {
        for (String method : List.of("GET", "POST", "PUT")) {
          for (Optional<String> host : hosts) {
            for (Optional<String> origin : origins) {
              for (Optional<String> site : sites) {
                for (Optional<String> type : types) {
                  for (Shown shown : Shown.values()) {
                    boolean right =
                        method.equals(route.method())
                            && isOurs(host, server.port())
                            && (origin.isEmpty()
                                || origin.get().equals("http://" + host.orElse("")))
                            && fits(site, route)
                            && (method.equals("GET")
                                || type.equals(Optional.of("application/json")))
                            && (route.access() == Route.Access.OPEN
                                || (route.access() == Route.Access.TOKEN && shown == Shown.TOKEN_));
                    // Of what must not pass every seventh, which meets every pair of values.
                    mixture++;
                    if (!right && mixture % 7 != 0) {
                      continue;
                    }
                    asked++;
                    reached.clear();
                    RawClient.Answer answer =
                        client.ask(
                            method,
                            route.path(),
                            RawClient.headers(
                                "Host", host.orElse(null),
                                "Origin", origin.orElse(null),
                                "Sec-Fetch-Site", site.orElse(null),
                                "Content-Type", type.orElse(null),
                                "Authorization",
                                    shown.token == null ? null : "Bearer " + shown.token),
                            method.equals("GET") ? "" : "{}");
                    boolean got = isAnswer(answer, route);
                    passed += got ? 1 : 0;
                    if (got != right || (!right && !reached.isEmpty())) {
                      wrong.add(
                          answer.status()
                              + " for "
                              + method
                              + ' '
                              + route.path()
                              + ' '
                              + Arrays.asList(host, origin, site, type, shown));
                    }
                    forbidsBrowsersWhatItCan(answer);
                    assertThat(answer.body()).doesNotContain(TOKEN).doesNotContain(MEDIA_TOKEN);
                  }
                }
              }
            }
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(passed).isPositive();
    assertThat(asked).isGreaterThan(5_000);
    System.out.println(
        "Hostile requests: " + asked + " mixtures sent, " + passed + " of them allowed.");
  }

  /** Whatever was asked, and by whom. */
  private static void forbidsBrowsersWhatItCan(RawClient.Answer answer) {
    assertThat(answer.header("access-control-allow-origin")).isEmpty();
    assertThat(answer.header("content-security-policy"))
        .hasValueSatisfying(
            policy ->
                assertThat(policy)
                    .startsWith("default-src 'none';")
                    .contains("script-src 'self';", "frame-ancestors 'none'")
                    .doesNotContain("unsafe"));
    assertThat(answer.header("x-content-type-options")).hasValue("nosniff");
    assertThat(answer.header("x-frame-options")).hasValue("DENY");
    assertThat(answer.header("referrer-policy")).hasValue("no-referrer");
    assertThat(answer.header("cache-control")).hasValue("no-store");
    assertThat(answer.header("cross-origin-resource-policy")).hasValue("same-origin");
    assertThat(answer.header("cross-origin-opener-policy")).hasValue("same-origin");
  }

  /** The one open POST is let through to be told what it lacks. */
  private static boolean isAnswer(RawClient.Answer answer, Route route) {
    return switch (route) {
      case LOGIN -> answer.body().contains("'code' is missing");
      case READY -> answer.body().contains("\"up\"");
      default -> answer.status() == 200;
    };
  }

  private static boolean isOurs(Optional<String> host, int port) {
    return host.equals(Optional.of("127.0.0.1:" + port))
        || host.equals(Optional.of("localhost:" + port));
  }

  private static boolean fits(Optional<String> site, Route route) {
    return site.isEmpty()
        || site.get().equals("same-origin")
        || (site.get().equals("none")
            && route.method().equals("GET")
            && route.access() == Route.Access.OPEN);
  }

  private static List<Optional<String>> options(@Nullable String... values) {
    return Stream.of(values).map(Optional::ofNullable).toList();
  }
}
