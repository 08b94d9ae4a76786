package io.keymoot.runtime;

/**
 * So many a second and no more. What is not used is kept for a second, and nothing is lost between
 * two looks, however close. For one thread at a time.
 */
final class Budget {
  private static final long ONE = 1_000;

  private final long perSecond;

  // In thousandths: a millisecond brings `perSecond` of them.
  private long left;
  private long at;
  private boolean hasBegun;

  Budget(int perSecond) {
    this.perSecond = perSecond;
    this.left = perSecond * ONE;
  }

  boolean isLeft(long now) {
    if (hasBegun && now > at) {
      long gained = Math.min(now - at, 1_000) * perSecond;
      left = Math.min(perSecond * ONE, left + gained);
    }
    at = hasBegun ? Math.max(at, now) : now;
    hasBegun = true;
    return left >= ONE;
  }

  /** After {@link #isLeft} has said that something is. */
  void spend() {
    left -= ONE;
  }
}
