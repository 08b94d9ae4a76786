package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Tick;

/** A token bucket: so many a second, and as many at once unless more may be saved up. */
final class Bucket {
  private final int perSecond;
  private final long most;
  private long millitokens;
  private Tick filledAt = Tick.ZERO;

  Bucket(int perSecond) {
    this(perSecond, perSecond);
  }

  Bucket(int perSecond, int atOnce) {
    this.perSecond = perSecond;
    this.most = atOnce * 1_000L;
    this.millitokens = most;
  }

  boolean take(Tick now) {
    long grown = Math.max(0, now.millisSince(filledAt)) * perSecond;
    millitokens = Math.min(most, millitokens + grown);
    filledAt = now;
    if (millitokens < 1_000) {
      return false;
    }
    millitokens -= 1_000;
    return true;
  }
}
