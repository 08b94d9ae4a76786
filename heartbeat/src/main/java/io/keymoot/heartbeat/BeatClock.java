package io.keymoot.heartbeat;

/**
 * When this peer beats, so that all together beat at a constant rate whatever their number. As RTCP
 * does it (RFC 3550, section 6.3):
 *
 * <ul>
 *   <li>the interval is drawn anew each time, 0.5 to 1.5 of the mean, so peers do not fall in step;
 *   <li>when it is over it is drawn once more for the group as it is by then, and if that is longer
 *       the peer waits on (<i>reconsideration</i>). This makes intervals longer, for which the
 *       divisor e − 1.5 makes up;
 *   <li>when the group shrinks the wait shrinks with it.
 * </ul>
 *
 * <p>Only the first beat is ours: it comes after a random part of one whole interval, of the group
 * as it is when that is over. A thousand who join at once are as spread out from the first beat on
 * as those who were there before; RTCP's half interval would have them all beat together once.
 */
final class BeatClock {
  private static final double RECONSIDERATION = StrictMath.E - 1.5;

  private final Jitter jitter;
  private int members;
  private long last;

  /** Which part of an interval the first beat waits for; 1 or more once that is over. */
  private double first;

  private long next = Timers.NEVER;

  BeatClock(Jitter jitter) {
    this.jitter = jitter;
  }

  long next() {
    return next;
  }

  /** The group has so many members, this peer among them. */
  void groupIs(int count, long now) {
    if (next == Timers.NEVER) {
      members = count;
      last = now;
      first = jitter.between(0, 1);
      next = now + firstWait();
      return;
    }
    if (count < members) {
      double shrunk = (double) count / members;
      next = now + Math.round((next - now) * shrunk);
      last = now - Math.round((now - last) * shrunk);
    }
    members = count;
  }

  void stop() {
    next = Timers.NEVER;
  }

  /** Whether to beat now; if not, {@link #next} says when to ask again. */
  boolean beats(long now) {
    if (now < next) {
      return false;
    }
    long reconsidered = last + (first < 1 ? firstWait() : draw());
    if (reconsidered > now) {
      next = reconsidered;
      return false;
    }
    last = now;
    first = 1;
    next = now + draw();
    return true;
  }

  private long firstWait() {
    return (long) (first * HeartbeatLimits.interval(members));
  }

  private long draw() {
    double mean = HeartbeatLimits.interval(members);
    long drawn = Math.round(mean * jitter.between(0.5, 1.5) / RECONSIDERATION);
    // In a small group the shortest interval rules, with a little chance of its own.
    return drawn < HeartbeatLimits.SHORTEST_INTERVAL
        ? HeartbeatLimits.SHORTEST_INTERVAL + jitter.millis(0, 100)
        : drawn;
  }
}
