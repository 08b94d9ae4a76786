package io.keymoot.daemon.api;

import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Problem;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** Somebody asks for events, and waits for the first one if there is none. */
final class LongPoll {
  private static final int MOST_MILLIS = 60_000;
  private static final int MOST_EVENTS = 1_000;
  private static final int USUAL_EVENTS = 100;

  private final ApiServer server;
  private final HttpServerRequest request;
  private final Lines lines;
  private final long since;
  private final int limit;
  private final long wait;
  private final Runnable wake = this::wakeOnLoop;
  private long timer;
  private Runnable ended = () -> {};
  private boolean over;

  LongPoll(ApiServer server, HttpServerRequest request, Ask ask, Lines lines) {
    this.server = server;
    this.request = request;
    this.lines = lines;
    ask.only("since", "limit", "wait");
    this.limit = (int) ask.number("limit", 1, MOST_EVENTS, USUAL_EVENTS);
    this.since =
        ask.number("since", 0, Long.MAX_VALUE, Math.max(0, server.events().last() - limit));
    this.wait = ask.number("wait", 0, MOST_MILLIS, 0);
  }

  void begin(Optional<Sessions.Session> session) {
    if (wait == 0 || hasSome()) {
      server.answer(request, lines, 200, server.events().json(server.events().after(since, limit)));
      return;
    }
    server.takeSocket();
    timer = server.vertx().setTimer(wait, fired -> finish());
    lines.whenClosed(request, this::finish);
    server.events().tell(wake);
    session.ifPresent(under -> ended = under.whenOver(this::refuse));
    // One may have come before it was listened for.
    finishIfThereIsOne();
  }

  private boolean hasSome() {
    return server.events().last() > since;
  }

  private void wakeOnLoop() {
    server.context().runOnContext(nothing -> finishIfThereIsOne());
  }

  private void finishIfThereIsOne() {
    if (hasSome()) {
      finish();
    }
  }

  private void finish() {
    if (end()) {
      server.answer(request, lines, 200, server.events().json(server.events().after(since, limit)));
    }
  }

  /** The page may not be told any more. */
  private void refuse(String why) {
    if (end()) {
      server.fail(
          request,
          lines,
          new Problem(
              ErrorCode.NO_TOKEN,
              "The session is over: " + why + '.',
              "Open a fresh link from 'keymoot page'."));
    }
  }

  private boolean end() {
    if (over) {
      return false;
    }
    over = true;
    ended.run();
    server.vertx().cancelTimer(timer);
    server.events().untell(wake);
    server.giveSocketBack();
    return true;
  }
}
