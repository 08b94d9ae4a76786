package io.keymoot.heartbeat;

/**
 * How soon after a Rekey the next soft one may follow: the first at once, the next no sooner than
 * 0.5 s after it, then 1 s, then 2 s, until there was calm. Leaves that come together are batched.
 */
final class RekeyPace {
  private long last = Long.MIN_VALUE / 2;
  private int close;
  private int besides;

  void rekeyed(int beside, long now) {
    boolean isCalm = isCalm(now);
    close = isCalm ? 0 : close + 1;
    besides = isCalm ? 0 : besides;
    besides = Math.clamp(besides + (beside > 0 ? 1 : -1), 0, HeartbeatLimits.SLOWER_TIMES);
    last = now;
  }

  private boolean isCalm(long now) {
    return now - last > HeartbeatLimits.REKEY_CALM;
  }

  /**
   * By how much longer than usual a later rank waits for its turn. Where Rekeys were made side by
   * side, news took longer to spread than the ranks waited for each other; what was made twice is
   * work for all, and makes them hear later still.
   */
  int slower(long now) {
    return isCalm(now) ? 1 : 1 << besides;
  }

  /** The earliest moment for a soft Rekey that is owed since {@code since}. */
  long earliest(long since) {
    long[] gaps = HeartbeatLimits.REKEY_GAPS;
    return Math.max(since, last + gaps[Math.min(close, gaps.length - 1)]);
  }
}
