package io.keymoot.runtime;

import java.util.concurrent.locks.ReentrantLock;

/**
 * How many frames this end sends, so that those who open them keep up: as many as it likes, until
 * one of them says that they come too fast.
 *
 * <pre>
 *   frames a second │  ╱│  ╱│  ╱   told: a fifth less than were just sent
 *                   │ ╱ │ ╱ │ ╱    not told: a twentieth more each 50 ms
 *                   │╱  │╱  │╱
 *                   └───────────── never fewer than {@link RuntimeLimits#FRAMES_PER_SECOND_AT_LEAST}
 * </pre>
 *
 * <p>Nobody proves that it is too fast for him, so whoever says so falsely must not win much: the
 * least there is suffices for a conference. Nothing waits here; who sends too much is told to try
 * again.
 */
final class Pace {
  private static final double LESS = 0.8;
  private static final double MORE = 1.05;
  private static final long MORE_EACH_MILLIS = 50;

  /** Once told, the sender is given so long to become slower. */
  private static final long DEAF_MILLIS = 100;

  private static final double UNBOUNDED = 1e7;

  /** What may be sent at once after a pause. */
  private static final double BURST_SECONDS = 0.02;

  private final ReentrantLock lock = new ReentrantLock();

  // All guarded by the lock.
  private boolean isBounded;
  private double perSecond = UNBOUNDED;
  private double allowance;
  private long allowedAt;
  private long grownAt;
  private long toldAt = Long.MIN_VALUE / 2;

  private boolean isCounting;
  private long countedSince;
  private long counted;
  private double lately;

  /** Whether a frame may be sent now; if so, it counts as sent. */
  boolean mayGo(long now) {
    lock.lock();
    try {
      if (isBounded) {
        grow(now);
        double burst = Math.max(1, perSecond * BURST_SECONDS);
        allowance = Math.min(burst, allowance + (now - allowedAt) * perSecond / 1_000);
        allowedAt = now;
        if (allowance < 1) {
          return false;
        }
        allowance--;
      }
      count(now);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Somebody says that frames come faster than he opens them. */
  void tooFast(long now) {
    lock.lock();
    try {
      if (now - toldAt < DEAF_MILLIS) {
        return;
      }
      toldAt = now;
      double least = RuntimeLimits.FRAMES_PER_SECOND_AT_LEAST;
      perSecond = Math.max(least, LESS * Math.min(perSecond, Math.max(least, rate(now))));
      allowance = Math.min(allowance, 0);
      allowedAt = now;
      grownAt = now;
      isBounded = true;
    } finally {
      lock.unlock();
    }
  }

  private void grow(long now) {
    long steps = (now - grownAt) / MORE_EACH_MILLIS;
    if (steps > 0) {
      grownAt += steps * MORE_EACH_MILLIS;
      perSecond *= Math.pow(MORE, steps);
      if (perSecond >= UNBOUNDED) {
        perSecond = UNBOUNDED;
        isBounded = false;
      }
    }
  }

  private void count(long now) {
    if (!isCounting || now - countedSince >= DEAF_MILLIS) {
      lately = isCounting ? perSecond(now) : 0;
      isCounting = true;
      counted = 0;
      countedSince = now;
    }
    counted++;
  }

  /**
   * How many a second are sent now: of a burst that has just begun, what was sent before says
   * nothing.
   */
  private double rate(long now) {
    return isCounting ? Math.max(lately, perSecond(now)) : 0;
  }

  private double perSecond(long now) {
    return counted * 1_000.0 / Math.max(now - countedSince, DEAF_MILLIS / 2);
  }
}
