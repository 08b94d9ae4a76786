package io.keymoot.runtime;

import java.util.OptionalLong;

/**
 * Sees that this machine's clocks jumped apart, as they do when it slept, and when a snapshot of it
 * is put back and its date is set right. Then counters of frames may have been used in a life that
 * this memory knows nothing of (section 6), so nothing may be sealed until the device has begun a
 * new stay.
 *
 * <pre>
 *   together ── apart, as seen by who is about to seal, or by the loop ──▶ held back
 *   held back ── the loop: a new stay has begun ──▶ together
 * </pre>
 *
 * <p>It is looked before the counter is taken. A snapshot that falls behind that look does no harm:
 * both lives go on with the same frame, and seal the same.
 *
 * <p>Clocks that drift, or are set by less than the bound at a time, are followed. A copy of a
 * running machine, or a snapshot put back whose clocks nobody sets right, has clocks that agree: no
 * clock tells that.
 */
final class ClockWatch {
  private final Clocks clocks;
  private final Runnable whenApart;

  private volatile long wallAhead;
  private volatile long apartBy;
  private volatile boolean isApart;

  // Of the loop's thread alone.
  private OptionalLong bootAhead;
  private long lookedAt;

  /**
   * @param whenApart has the loop look soon; from any thread, and perhaps more than once
   */
  ClockWatch(Clocks clocks, Runnable whenApart) {
    this.clocks = clocks;
    this.whenApart = whenApart;
    this.lookedAt = clocks.steadyMillis();
    this.wallAhead = clocks.wallMillis() - lookedAt;
    this.bootAhead = bootAhead(lookedAt);
  }

  // ---- any thread's

  /** To be asked before each frame: two clocks are read. */
  boolean maySeal() {
    if (isApart) {
      return false;
    }
    long moved = wallMoved();
    if (isFar(moved)) {
      apart(moved);
      whenApart.run();
      return false;
    }
    return true;
  }

  /** Whoever is stopped between the two readings looks again. */
  private long wallMoved() {
    long once = wallMovedNow();
    return isFar(once) ? wallMovedNow() : once;
  }

  private long wallMovedNow() {
    return clocks.wallMillis() - clocks.steadyMillis() - wallAhead;
  }

  // ---- the loop's

  /** Looks at all of them, and follows what they drift. False while nothing may be sealed. */
  boolean look() {
    if (isApart) {
      return false;
    }
    long moved = wallMoved();
    if (isFar(moved)) {
      return apart(moved);
    }
    long steady = clocks.steadyMillis();
    if (steady - lookedAt >= RuntimeLimits.CLOCKS_LOOK_MILLIS) {
      moved = bootMoved();
      if (isFar(moved)) {
        return apart(moved);
      }
      agreeNow();
    }
    return true;
  }

  private long bootMoved() {
    long once = bootMovedNow();
    return isFar(once) ? bootMovedNow() : once;
  }

  private long bootMovedNow() {
    OptionalLong boot = bootAhead(clocks.steadyMillis());
    return boot.isPresent() && bootAhead.isPresent() ? boot.getAsLong() - bootAhead.getAsLong() : 0;
  }

  private boolean apart(long by) {
    apartBy = by;
    isApart = true;
    return false;
  }

  /** By how much, for the log. */
  long apartBy() {
    return apartBy;
  }

  /** A new stay has begun, whose counters nobody used: as the clocks stand now, they agree. */
  void agreeAgain() {
    agreeNow();
    isApart = false;
  }

  private void agreeNow() {
    lookedAt = clocks.steadyMillis();
    wallAhead = clocks.wallMillis() - lookedAt;
    bootAhead = bootAhead(lookedAt);
  }

  private OptionalLong bootAhead(long steady) {
    OptionalLong boot = clocks.bootMillis();
    return boot.isPresent() ? OptionalLong.of(boot.getAsLong() - steady) : boot;
  }

  private static boolean isFar(long millis) {
    return Math.abs(millis) > RuntimeLimits.CLOCKS_APART_MILLIS;
  }
}
