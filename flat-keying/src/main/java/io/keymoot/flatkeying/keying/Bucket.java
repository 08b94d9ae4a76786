package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Tick;

/** A token bucket: so many a second, and as many at once. */
final class Bucket {
  private final int perSecond;
  private long millitokens;
  private Tick filledAt = Tick.ZERO;

  Bucket(int perSecond) {
    this.perSecond = perSecond;
    this.millitokens = perSecond * 1_000L;
  }

  boolean take(Tick now) {
    long grown = Math.max(0, now.millisSince(filledAt)) * perSecond;
    millitokens = Math.min(perSecond * 1_000L, millitokens + grown);
    filledAt = now;
    if (millitokens < 1_000) {
      return false;
    }
    millitokens -= 1_000;
    return true;
  }
}
