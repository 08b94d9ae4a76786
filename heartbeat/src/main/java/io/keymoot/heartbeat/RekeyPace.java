package io.keymoot.heartbeat;

/**
 * How soon after a Rekey the next soft one may follow: the first at once, the next no sooner than
 * 0.5 s after it, then 1 s, then 2 s, until there was calm. Leaves that come together are batched.
 */
final class RekeyPace {
  private long last = Long.MIN_VALUE / 2;
  private int close;

  void rekeyed(long now) {
    close = now - last > HeartbeatLimits.REKEY_CALM ? 0 : close + 1;
    last = now;
  }

  /** The earliest moment for a soft Rekey that is owed since {@code since}. */
  long earliest(long since) {
    long[] gaps = HeartbeatLimits.REKEY_GAPS;
    return Math.max(since, last + gaps[Math.min(close, gaps.length - 1)]);
  }
}
