package io.keymoot.daemon.api;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/**
 * Who is logged in by the page. A link's code is good once; it gives a cookie, and a key that the
 * page keeps for itself. Both are needed: a cookie alone would also go to other programs that
 * listen on this host, whose port a cookie does not know, and a key alone would be within the reach
 * of scripts.
 *
 * <p>Used from one thread, the server's.
 */
final class Sessions {
  static final Duration LINK_LIFE = Duration.ofMinutes(10);
  static final Duration SESSION_LIFE = Duration.ofHours(12);
  private static final int MOST = 16;

  private record Link(Secrets.Hash code, Instant until) {}

  private record Session(Secrets.Hash cookie, Secrets.Hash pageKey, Instant until) {}

  /** Given out once, and kept nowhere. */
  record Opened(String cookie, String pageKey, Instant until) {}

  private final InstantSource clock;
  private final Deque<Link> links = new ArrayDeque<>();
  private final Deque<Session> sessions = new ArrayDeque<>();

  Sessions(InstantSource clock) {
    this.clock = clock;
  }

  /** A code for a link. */
  String link() {
    String code = text(Secrets.fresh());
    if (links.size() == MOST) {
      links.removeFirst();
    }
    links.addLast(new Link(Secrets.Hash.of(code), clock.instant().plus(LINK_LIFE)));
    return code;
  }

  Optional<Opened> login(String code) {
    forgetWhatIsOver();
    boolean known = false;
    for (Iterator<Link> each = links.iterator(); each.hasNext(); ) {
      if (each.next().code.fits(code)) {
        each.remove();
        known = true;
      }
    }
    if (!known) {
      return Optional.empty();
    }
    Opened opened =
        new Opened(
            text(Secrets.fresh()), text(Secrets.fresh()), clock.instant().plus(SESSION_LIFE));
    if (sessions.size() == MOST) {
      sessions.removeFirst();
    }
    sessions.addLast(
        new Session(Secrets.Hash.of(opened.cookie), Secrets.Hash.of(opened.pageKey), opened.until));
    return Optional.of(opened);
  }

  boolean knows(String cookie, String pageKey) {
    forgetWhatIsOver();
    boolean known = false;
    for (Session session : sessions) {
      boolean cookieFits = session.cookie.fits(cookie);
      boolean pageKeyFits = session.pageKey.fits(pageKey);
      known |= cookieFits && pageKeyFits;
    }
    return known;
  }

  void logout(String cookie) {
    sessions.removeIf(session -> session.cookie.fits(cookie));
  }

  private void forgetWhatIsOver() {
    Instant now = clock.instant();
    links.removeIf(link -> now.isAfter(link.until));
    sessions.removeIf(session -> now.isAfter(session.until));
  }

  private static String text(byte[] ascii) {
    return new String(ascii, StandardCharsets.US_ASCII);
  }
}
