package io.keymoot.daemon.api;

/** So many requests a second, and some at once. Used from one thread. */
final class Bucket {
  private static final double NANOS = 1e9;

  private final double rate;
  private final double most;
  private double tokens;
  private long filledAt;

  Bucket(int rate, long now) {
    this.rate = rate;
    this.most = (double) rate * Bounds.BURST_SECONDS;
    this.tokens = most;
    this.filledAt = now;
  }

  boolean take(long now) {
    tokens = Math.min(most, tokens + (now - filledAt) / NANOS * rate);
    filledAt = now;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }
}
