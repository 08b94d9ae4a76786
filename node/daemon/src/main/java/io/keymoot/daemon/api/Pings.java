package io.keymoot.daemon.api;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;

/** Sees whether the other end of a WebSocket is still there. */
final class Pings {
  private final ServerWebSocket socket;
  private boolean answered = true;

  private Pings(ServerWebSocket socket) {
    this.socket = socket;
  }

  /**
   * @return what ends it
   */
  static Runnable keep(Vertx vertx, ServerWebSocket socket) {
    Pings pings = new Pings(socket);
    socket.pongHandler(nothing -> pings.answered = true);
    long timer = vertx.setPeriodic(Bounds.PING_MILLIS, fired -> pings.ping());
    return () -> vertx.cancelTimer(timer);
  }

  private void ping() {
    if (!answered) {
      socket.close();
      return;
    }
    answered = false;
    socket.writePing(Buffer.buffer("keymoot"));
  }
}
