package io.keymoot.daemon.api;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Events over a WebSocket. It keeps its place in the log and writes while the network takes it, so
 * a reader that is slow costs nothing here: in the end it is told what it missed.
 */
final class EventSocket {
  private static final int AT_ONCE = 100;

  private final Vertx vertx;
  private final Context context;
  private final ServerWebSocket socket;
  private final EventLog events;
  private final Runnable wake = this::wake;
  private final AtomicBoolean waking = new AtomicBoolean();
  private long at;

  EventSocket(Vertx vertx, Context context, ServerWebSocket socket, EventLog events, long since) {
    this.vertx = vertx;
    this.context = context;
    this.socket = socket;
    this.events = events;
    this.at = since;
  }

  /**
   * @return what to do when the socket closes
   */
  Runnable begin() {
    socket.setWriteQueueMaxSize(Bounds.WEB_SOCKET_QUEUE_BYTES);
    socket.drainHandler(nothing -> pump());
    socket.handler(ignored -> socket.close((short) 1003, "nothing is read here"));
    Runnable endPings = Pings.keep(vertx, socket);
    events.tell(wake);
    pump();
    return () -> {
      events.untell(wake);
      endPings.run();
    };
  }

  /** Many events in a row are one wake-up. */
  private void wake() {
    if (waking.compareAndSet(false, true)) {
      context.runOnContext(
          nothing -> {
            waking.set(false);
            pump();
          });
    }
  }

  private void pump() {
    while (!socket.isClosed() && !socket.writeQueueFull()) {
      EventLog.Page page = events.after(at, AT_ONCE);
      if (page.missedFrom() > 0) {
        socket.writeTextMessage(new JsonObject().put("missed", EventLog.missed(page)).encode());
      }
      if (page.last() == at) {
        return;
      }
      at = page.last();
      page.events().forEach(socket::writeTextMessage);
    }
  }
}
