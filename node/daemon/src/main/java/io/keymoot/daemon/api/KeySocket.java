package io.keymoot.daemon.api;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keys for a media worker over a socket of its own. They travel as bytes and not as text, so no
 * String ever holds one here. A worker that does not take them in time is cut off: a key missed in
 * silence would be silence in a call with no cause shown.
 */
final class KeySocket {
  private final Vertx vertx;
  private final Context context;
  private final ServerWebSocket socket;
  private final KeyFeed feed;
  private final Bucket rekeys;
  private KeyFeed.@Nullable Line line;
  private boolean over;

  /**
   * @param rekeys what all workers together may want: each fresh key costs every member
   */
  KeySocket(Vertx vertx, Context context, ServerWebSocket socket, KeyFeed feed, Bucket rekeys) {
    this.vertx = vertx;
    this.context = context;
    this.socket = socket;
    this.feed = feed;
    this.rekeys = rekeys;
  }

  /**
   * @return what to do when the socket closes
   */
  Runnable begin() {
    socket.setWriteQueueMaxSize(Bounds.WEB_SOCKET_QUEUE_BYTES);
    Runnable endPings = Pings.keep(vertx, socket);
    socket.textMessageHandler(this::heard);
    Future.fromCompletionStage(
            feed.subscribe(json -> context.runOnContext(nothing -> send(json))), context)
        .onSuccess(this::begun)
        .onFailure(e -> socket.close((short) 1013, "no keys now"));
    return () -> {
      over = true;
      endPings.run();
      if (line != null) {
        line.close();
      }
    };
  }

  private void begun(KeyFeed.Line subscribed) {
    line = subscribed;
    if (over) {
      subscribed.close();
    }
  }

  private void send(byte[] json) {
    if (over || socket.isClosed()) {
      Arrays.fill(json, (byte) 0);
      return;
    }
    if (socket.writeQueueFull()) {
      Arrays.fill(json, (byte) 0);
      socket.close((short) 1013, "too slow");
      return;
    }
    socket.writeBinaryMessage(Buffer.buffer(json)).onComplete(done -> Arrays.fill(json, (byte) 0));
  }

  private void heard(String text) {
    KeyFeed.Line to = line;
    try {
      JsonObject said = new JsonObject(text);
      if (to == null) {
        return;
      }
      if (said.getValue("ack") instanceof Number seq) {
        to.acknowledged(seq.longValue());
      } else if (Boolean.TRUE.equals(said.getValue("rekey")) && rekeys.take(System.nanoTime())) {
        to.rekey();
      }
    } catch (DecodeException | ClassCastException e) {
      socket.close((short) 1007, "not JSON");
    }
  }
}
