package io.keymoot.daemon.api;

import java.time.Duration;

/**
 * What the server takes at most.
 *
 * @param connections open at once, over one listener
 * @param sockets WebSockets and long polls at once
 * @param patience for a request to arrive whole, and between two of a connection
 * @param openRate requests a second without token, which other users of the machine can make, so
 *     they have a bucket of their own
 * @param trustedRate requests a second with it
 * @param sessionLife how long a page stays logged in
 */
public record Bounds(
    int connections,
    int sockets,
    int bodyBytes,
    Duration patience,
    int openRate,
    int trustedRate,
    Duration sessionLife) {
  public static final Bounds USUAL =
      new Bounds(128, 32, 64 << 10, Duration.ofSeconds(10), 50, 200, Duration.ofHours(12));

  /** Seconds' worth of requests that may come at once. */
  static final int BURST_SECONDS = 4;

  static final int REQUEST_LINE_BYTES = 4_096;
  static final int HEADER_BYTES = 8_192;
  static final int WEB_SOCKET_MESSAGE_BYTES = 4_096;

  /** What may wait for a slow WebSocket in the network; beyond, it misses events and is told. */
  static final int WEB_SOCKET_QUEUE_BYTES = 256 << 10;

  /** Fresh keys a second that media workers may want, all together. */
  static final int WORKERS_REKEYS = 1;

  static final int PING_MILLIS = 15_000;

  /** A session that ended while the machine slept is noticed so long after it woke. */
  static final long SESSION_LOOK_MILLIS = 60_000;
}
