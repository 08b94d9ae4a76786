package io.keymoot.daemon.api;

import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides about a request by what it says of itself. What is not on a list does not pass.
 *
 * <p>The programs that ask are many and their user's own; a browser runs everybody's. So: the Host
 * must be one of ours (a name of somebody else's that resolves to this machine is not), the Origin
 * and Sec-Fetch-Site must be the page's own, and a POST must be JSON, which no form can send.
 */
final class Gate {
  /** What a WebSocket speaks. */
  static final String PROTOCOL = "keymoot.v1";

  private static final String PAGE_PROTOCOL = "keymoot.page.";
  private static final String TOKEN_PROTOCOL = "keymoot.token.";
  private static final String BEARER = "Bearer ";

  /** The one Host over the Unix socket, where no browser comes. */
  static final String LOCAL_HOST = "localhost";

  private final Set<String> hosts;
  private final Set<String> mediaOrigins;
  private final String scheme;
  private final String cookie;
  private final Sessions sessions;
  private final Secrets.Hash token;
  private final Optional<Secrets.Hash> mediaToken;

  /**
   * @param hosts values of Host that are this daemon, with their ports
   * @param mediaToken none if no media keys are given out
   */
  Gate(
      List<String> hosts,
      List<String> mediaOrigins,
      boolean tls,
      String cookie,
      Sessions sessions,
      Secrets.Hash token,
      Optional<Secrets.Hash> mediaToken) {
    this.hosts = new TreeSet<>(hosts);
    this.mediaOrigins = new TreeSet<>(mediaOrigins);
    this.scheme = tls ? "https://" : "http://";
    this.cookie = cookie;
    this.sessions = sessions;
    this.token = token;
    this.mediaToken = mediaToken;
  }

  sealed interface Verdict {
    /**
     * @param trusted has shown the token or a session
     * @param session under which it comes; what stays open does so no longer than that
     */
    record Pass(Route route, boolean trusted, Optional<Sessions.Session> session)
        implements Verdict {
      Pass(Route route, boolean trusted) {
        this(route, trusted, Optional.empty());
      }
    }

    record Refused(Problem why) implements Verdict {}
  }

  Verdict judge(Knock knock) {
    Optional<Problem> fault = place(knock);
    if (fault.isPresent()) {
      return new Verdict.Refused(fault.get());
    }
    Optional<Route> found = Route.at(knock.path());
    if (found.isEmpty()) {
      return refused(
          ErrorCode.NO_SUCH_ROUTE,
          "There is nothing at this path.",
          "GET /v1/openapi.yaml lists what there is.");
    }
    Route route = found.get();
    fault = site(knock, route).or(() -> form(knock, route));
    if (fault.isPresent()) {
      return new Verdict.Refused(fault.get());
    }
    return switch (route.access()) {
      case OPEN -> new Verdict.Pass(route, false);
      case TOKEN ->
          trusted(knock, route)
              .orElseGet(
                  () ->
                      refused(
                          ErrorCode.NO_TOKEN,
                          "No token that is valid here was shown.",
                          "Programs: send 'Authorization: Bearer' and the content of the token"
                              + " file that 'keymoot paths' names. Browsers: open a fresh link"
                              + " from 'keymoot page'."));
      case MEDIA -> media(knock, route);
    };
  }

  // ---- where it was sent to

  private Optional<Problem> place(Knock knock) {
    boolean ours =
        knock.hosts().size() == 1
            && (knock.local()
                ? knock.hosts().get(0).equals(LOCAL_HOST)
                : hosts.contains(knock.hosts().get(0).toLowerCase(Locale.ROOT)));
    if (!ours) {
      return problem(
          ErrorCode.WRONG_HOST,
          "The request was meant for another host.",
          "Use the address in the file api.json that 'keymoot paths' names; further names are the"
              + " setting 'api-hosts'.");
    }
    return knock.target().startsWith("/")
        ? Optional.empty()
        : problem(ErrorCode.BAD_REQUEST, "The request's target is no path.", "Begin it with a /.");
  }

  // ---- where it came from

  private Optional<Problem> site(Knock knock, Route route) {
    if (knock.origins().size() > 1 || knock.sites().size() > 1) {
      return anotherSite();
    }
    String own = scheme + knock.hosts().get(0).toLowerCase(Locale.ROOT);
    Optional<String> origin = knock.origins().stream().findFirst();
    if (route == Route.KEYS && origin.isPresent() && mediaOrigins.contains(origin.get())) {
      return Optional.empty(); // the whole point of that list is another site
    }
    if (origin.isPresent() && !origin.get().equals(own)) {
      return anotherSite();
    }
    Optional<String> site = knock.sites().stream().findFirst();
    boolean typed = site.equals(Optional.of("none"));
    boolean fits =
        site.isEmpty()
            || site.get().equals("same-origin")
            || (typed && route.access() == Route.Access.OPEN && route.method().equals("GET"));
    return fits ? Optional.empty() : anotherSite();
  }

  private static Optional<Problem> anotherSite() {
    return problem(
        ErrorCode.WRONG_ORIGIN,
        "The request came from a page of another site.",
        "Only the daemon's own page may ask; web applications with media workers are the setting"
            + " 'media-origins'.");
  }

  // ---- what it looks like

  private static Optional<Problem> form(Knock knock, Route route) {
    if (!knock.method().equals(route.method())) {
      return problem(
          ErrorCode.WRONG_METHOD,
          "This route takes " + route.method() + " and nothing else.",
          "GET /v1/openapi.yaml says more.");
    }
    if (knock.upgrade() && !route.isWebSocket()) {
      return problem(
          ErrorCode.BAD_REQUEST, "This route is no WebSocket.", "Ask without 'Upgrade'.");
    }
    if (route.method().equals("POST") && !isJson(knock.types())) {
      return problem(
          ErrorCode.WRONG_TYPE,
          "A POST must be JSON.",
          "Send 'Content-Type: application/json', and {} where nothing is to be said.");
    }
    return Optional.empty();
  }

  private static boolean isJson(List<String> types) {
    if (types.size() != 1) {
      return false;
    }
    String type = types.get(0).toLowerCase(Locale.ROOT).replace(" ", "");
    return type.equals("application/json") || type.equals("application/json;charset=utf-8");
  }

  // ---- who it is

  private Optional<Verdict> trusted(Knock knock, Route route) {
    if (!knock.authorizations().isEmpty()) {
      return knock.authorizations().size() == 1
          ? bearer(knock.authorizations().get(0))
              .filter(token::fits)
              .map(shown -> new Verdict.Pass(route, true))
          : Optional.empty();
    }
    Optional<String> pageKey =
        knock.upgrade() ? knock.offered(PAGE_PROTOCOL) : knock.pageKeys().stream().findFirst();
    Optional<String> shown = knock.cookie(cookie);
    // A page says where it is with every POST and WebSocket: one that does not is no page.
    boolean mustSayWhere = knock.upgrade() || !route.method().equals("GET");
    if (knock.pageKeys().size() > 1
        || shown.isEmpty()
        || pageKey.isEmpty()
        || (mustSayWhere && knock.origins().isEmpty())) {
      return Optional.empty();
    }
    return sessions
        .of(shown.get(), pageKey.get())
        .map(session -> new Verdict.Pass(route, true, Optional.of(session)));
  }

  private Verdict media(Knock knock, Route route) {
    if (mediaToken.isEmpty()) {
      return refused(
          ErrorCode.NOT_ALLOWED,
          "Media keys are not given out here.",
          "Set 'media = on' if an application on this device is to have them.");
    }
    if (!knock.upgrade()) {
      return refused(ErrorCode.BAD_REQUEST, "Keys come over a WebSocket.", "Send 'Upgrade'.");
    }
    Optional<String> shown =
        knock.authorizations().isEmpty()
            ? knock.offered(TOKEN_PROTOCOL)
            : bearer(knock.authorizations().get(0)).filter(b -> knock.authorizations().size() == 1);
    return shown.filter(mediaToken.get()::fits).isPresent()
        ? new Verdict.Pass(route, true)
        : refused(
            ErrorCode.NO_TOKEN,
            "No media token that is valid here was shown.",
            "Offer the subprotocol keymoot.token. with the content of the media token file that"
                + " 'keymoot paths' names.");
  }

  private static Optional<String> bearer(String authorization) {
    return authorization.startsWith(BEARER)
        ? Optional.of(authorization.substring(BEARER.length()))
        : Optional.empty();
  }

  private static Verdict refused(ErrorCode code, String detail, String remedy) {
    return new Verdict.Refused(new Problem(code, detail, remedy));
  }

  private static Optional<Problem> problem(ErrorCode code, String detail, String remedy) {
    return Optional.of(new Problem(code, detail, remedy));
  }
}
