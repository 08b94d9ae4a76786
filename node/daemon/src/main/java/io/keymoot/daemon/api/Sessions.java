package io.keymoot.daemon.api;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Who is logged in by the page. A link's code is good once; it gives a cookie, and a key that the
 * page keeps for itself. Both are needed: a cookie alone would also go to other programs that
 * listen on this host, whose port a cookie does not know, and a key alone would be within the reach
 * of scripts. What stays open, as a WebSocket does, ends with the session under which it was
 * opened.
 *
 * <p>Used from one thread, the server's.
 */
final class Sessions {
  static final Duration LINK_LIFE = Duration.ofMinutes(10);
  private static final int MOST = 16;

  private record Link(Secrets.Hash code, Instant until) {}

  /** One login of a page. */
  static final class Session {
    private final Secrets.Hash cookie;
    private final Secrets.Hash pageKey;
    private final Instant until;
    private final List<Consumer<String>> open = new ArrayList<>();
    private Optional<String> over = Optional.empty();

    private Session(Secrets.Hash cookie, Secrets.Hash pageKey, Instant until) {
      this.cookie = cookie;
      this.pageKey = pageKey;
      this.until = until;
    }

    Optional<String> over() {
      return over;
    }

    /**
     * @param end is told why, once, when this session is over; at once if it is
     * @return for what has ended by itself
     */
    Runnable whenOver(Consumer<String> end) {
      if (over.isPresent()) {
        end.accept(over.get());
        return () -> {};
      }
      open.add(end);
      return () -> open.remove(end);
    }

    private void end(String why) {
      over = Optional.of(why);
      List<Consumer<String>> all = List.copyOf(open);
      open.clear();
      all.forEach(each -> each.accept(why));
    }
  }

  /** Given out once, and kept nowhere. */
  record Opened(String cookie, String pageKey, Instant until) {}

  private final InstantSource clock;
  private final Duration life;
  private final Deque<Link> links = new ArrayDeque<>();
  private final Deque<Session> sessions = new ArrayDeque<>();

  Sessions(InstantSource clock, Duration life) {
    this.clock = clock;
    this.life = life;
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
        new Opened(text(Secrets.fresh()), text(Secrets.fresh()), clock.instant().plus(life));
    if (sessions.size() == MOST) {
      sessions.removeFirst().end(MOST + " others logged in since");
    }
    sessions.addLast(
        new Session(Secrets.Hash.of(opened.cookie), Secrets.Hash.of(opened.pageKey), opened.until));
    return Optional.of(opened);
  }

  Optional<Session> of(String cookie, String pageKey) {
    forgetWhatIsOver();
    Optional<Session> known = Optional.empty();
    for (Session session : sessions) {
      boolean cookieFits = session.cookie.fits(cookie);
      boolean pageKeyFits = session.pageKey.fits(pageKey);
      if (cookieFits && pageKeyFits) {
        known = Optional.of(session);
      }
    }
    return known;
  }

  void logout(String cookie) {
    end(session -> session.cookie.fits(cookie), "the page was logged out");
  }

  void forgetWhatIsOver() {
    Instant now = clock.instant();
    links.removeIf(link -> now.isAfter(link.until));
    end(session -> !now.isBefore(session.until), "the page was logged in for as long as it may be");
  }

  /** When the first of those that are logged in ceases to be. */
  Optional<Instant> nextEnd() {
    return sessions.stream().map(session -> session.until).min(Comparator.naturalOrder());
  }

  private void end(Predicate<Session> which, String why) {
    List<Session> over = sessions.stream().filter(which).toList();
    sessions.removeAll(over);
    over.forEach(session -> session.end(why));
  }

  private static String text(byte[] ascii) {
    return new String(ascii, StandardCharsets.US_ASCII);
  }
}
