package io.keymoot.daemon.api;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one listener: not more than may be, and none that lingers. A connection must
 * bring a whole request, or take a whole answer, within the patience; while the daemon works on an
 * answer, and as a WebSocket, it may stay.
 */
final class Lines {
  private static final long NONE = -1;

  private static final class Line {
    long timer = NONE;
    @Nullable Runnable closed;
  }

  private final Vertx vertx;
  private final Bounds bounds;
  // Looked up by identity and never iterated, so its order does not matter.
  private final IdentityHashMap<HttpConnection, Line> lines = new IdentityHashMap<>();

  Lines(Vertx vertx, Bounds bounds) {
    this.vertx = vertx;
    this.bounds = bounds;
  }

  void opened(HttpConnection connection) {
    if (lines.size() >= bounds.connections()) {
      connection.close();
      return;
    }
    Line line = new Line();
    lines.put(connection, line);
    connection.closeHandler(
        nothing -> {
          stop(line);
          lines.remove(connection);
          if (line.closed != null) {
            line.closed.run();
          }
        });
    watch(connection, line);
  }

  /** The request is here whole. */
  void working(HttpServerRequest request) {
    Line line = lines.get(request.connection());
    if (line != null) {
      stop(line);
    }
  }

  /** An answer goes out; then the next request is waited for. */
  void answering(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    Line line = lines.get(connection);
    if (line != null) {
      line.closed = null;
      watch(connection, line);
    }
  }

  /** What is to be done if the connection closes while the daemon works on its answer. */
  void whenClosed(HttpServerRequest request, Runnable closed) {
    Line line = lines.get(request.connection());
    if (line != null) {
      line.closed = closed;
    }
  }

  private void watch(HttpConnection connection, Line line) {
    stop(line);
    line.timer = vertx.setTimer(bounds.patience().toMillis(), fired -> connection.close());
  }

  private void stop(Line line) {
    if (line.timer != NONE) {
      vertx.cancelTimer(line.timer);
      line.timer = NONE;
    }
  }
}
