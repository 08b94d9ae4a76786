package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reliable frames beyond the reach of the network's own reliability.
 *
 * <p>JGroups repeats a message to those of its view, and drops what comes from outside it. Views
 * differ for seconds when peers have just met or a partition heals, and for as long as somebody
 * forges them; and a stack may have no reliability at all. So each reliable frame to all carries a
 * number that counts its sender's:
 *
 * <pre>
 *   sender:    frame 7, frame 8 … a little later, to all: "I have counted to 8"
 *   receiver:  7 is missing, the network does not bring it: "say 7 again"
 *   sender:    frame 7, to that one alone, as long as it is kept
 * </pre>
 *
 * <p>Nobody proves these words. Who forges them can have frames asked for that never were, and hide
 * that one is missing; a frame that comes by itself is passed on in any case. What is said again
 * comes out of order.
 */
final class CatchUp {
  /** What is to be sent. */
  sealed interface Errand {
    /**
     * To all: what was sent, as far as it is kept.
     *
     * @param fresh from here on also who hears this end for the first time wants it
     */
    record Tell(long first, long fresh, long last) implements Errand {}

    record Ask(Address of, List<Long> numbers) implements Errand {}

    record SayAgain(Address to, long number, Bytes frame) implements Errand {}

    /** Its frames come faster than they are opened. */
    record TooFast(Address of) implements Errand {}
  }

  private final Runnable sooner;
  private final ReentrantLock lock = new ReentrantLock();

  // All guarded by the lock.
  private final Said said = new Said();
  private final Gaps gaps = new Gaps();
  private @Nullable Address tooFast;
  private long tooFastAt = Long.MIN_VALUE / 2;

  /** Written under the lock; read without it for each message that is sent. */
  private volatile long next = Long.MAX_VALUE;

  /**
   * @param sooner called when {@link #next} has come nearer
   */
  CatchUp(Runnable sooner) {
    this.sooner = sooner;
  }

  /** From now on what is missing is asked for; what others counted before this is not. */
  void missNothing() {
    locked(gaps::missNothing);
  }

  /** Frames of others that did not come, as far as their counts can be believed. */
  long lost() {
    return gaps.lost.sum();
  }

  // ---- this end's frames

  /** The number of a frame that is being sent to all. */
  long number(Bytes frame, long now) {
    lock.lock();
    try {
      long number = said.number(frame, now);
      dueAt(said.next(now));
      return number;
    } finally {
      lock.unlock();
    }
  }

  /** Somebody wants these again. */
  void asked(Address by, List<Long> numbers, long now) {
    locked(
        () -> {
          if (said.asked(by, numbers)) {
            dueAt(now);
          }
        });
  }

  // ---- the others'

  /**
   * A frame came.
   *
   * @param again whether it was asked for
   * @return whether it is to be passed on
   */
  boolean came(Address from, long number, boolean again, long now) {
    lock.lock();
    try {
      boolean isToBePassedOn = gaps.came(from, number, again, now);
      dueAt(gaps.next());
      return isToBePassedOn;
    } finally {
      lock.unlock();
    }
  }

  /** It was passed on, and there was no room for it: it is asked for again. */
  void notTaken(Address from, long number, long now) {
    locked(
        () -> {
          gaps.notTaken(from, number, now);
          dueAt(gaps.next());
        });
  }

  /** Somebody says what it has sent. */
  void told(Address from, Errand.Tell tell, long now) {
    locked(
        () -> {
          gaps.told(from, tell, now);
          dueAt(gaps.next());
        });
  }

  /** So much came from there that it waits to be opened. */
  void tooFast(Address from, long now) {
    locked(
        () -> {
          if (now - tooFastAt >= RuntimeLimits.TOO_FAST_AGAIN_MILLIS) {
            tooFastAt = now;
            tooFast = from;
            dueAt(now);
          }
        });
  }

  // ---- in time

  /** When something is due; never, if nothing is. */
  long next() {
    return next;
  }

  /** What is to be sent by now. */
  List<Errand> due(long now) {
    lock.lock();
    try {
      List<Errand> out = new ArrayList<>();
      if (tooFast != null) {
        out.add(new Errand.TooFast(tooFast));
        tooFast = null;
      }
      said.due(out, now);
      gaps.due(out, now);
      next = Math.min(said.next(now), gaps.next());
      return out;
    } finally {
      lock.unlock();
    }
  }

  private void dueAt(long at) {
    if (at < next) {
      next = at;
      sooner.run();
    }
  }

  private void locked(Runnable doing) {
    lock.lock();
    try {
      doing.run();
    } finally {
      lock.unlock();
    }
  }
}
