package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

  private record Kept(Bytes frame, long at) {}

  private record Asked(Address by, long number) {}

  private static final class Missing {
    long due;
    int tries;

    Missing(long due) {
      this.due = due;
    }
  }

  /** What came from one end. */
  private static final class Source {
    private static final int WINDOW = RuntimeLimits.NUMBERS_WATCHED;

    long top;

    /** What came before it is not wanted; negative while nothing is known. */
    long floor = -1;

    private final long[] seen = new long[WINDOW / Long.SIZE];
    final TreeMap<Long, Missing> missing = new TreeMap<>();

    boolean has(long number) {
      return number <= top - WINDOW || (word(number) >>> number & 1) == 1;
    }

    private long word(long number) {
      return seen[index(number)];
    }

    private static int index(long number) {
      return (int) (number % WINDOW) / Long.SIZE;
    }

    void mark(long number) {
      if (number > top - WINDOW) {
        seen[index(number)] |= 1L << number;
      }
      if (!missing.isEmpty()) {
        missing.remove(number);
      }
    }

    void reaches(long number) {
      if (number - top >= WINDOW) {
        Arrays.fill(seen, 0);
      } else {
        for (long each = top + 1; each <= number; each++) {
          seen[index(each)] &= ~(1L << each);
        }
      }
      top = Math.max(top, number);
      if (!missing.isEmpty()) {
        missing.headMap(top - WINDOW, true).clear();
      }
    }

    /** Whether any of these is missing that was not before. */
    boolean wants(long from, long to, long due) {
      boolean isAny = false;
      for (long each = Math.max(Math.max(floor, from), top - WINDOW + 1); each <= to; each++) {
        if (each > 0 && !has(each) && !missing.containsKey(each)) {
          missing.put(each, new Missing(due));
          isAny = true;
        }
      }
      return isAny;
    }

    void forget() {
      top = 0;
      floor = -1;
      Arrays.fill(seen, 0);
      missing.clear();
    }
  }

  private final Runnable sooner;
  private final ReentrantLock lock = new ReentrantLock();

  // All guarded by the lock.
  private final TreeMap<Long, Kept> kept = new TreeMap<>();
  private long keptBytes;
  private long last;
  private long tellAt = Long.MAX_VALUE;
  private int told;
  private long toldAt = Long.MIN_VALUE / 2;
  private final ArrayDeque<Asked> asked = new ArrayDeque<>();
  private long allowance = RuntimeLimits.SAID_AGAIN_PER_SECOND;
  private long allowedAt;
  private boolean missesNothing;
  private @Nullable Address tooFast;
  private long tooFastAt = Long.MIN_VALUE / 2;
  private final LinkedHashMap<Address, Source> sources = new LinkedHashMap<>(16, 0.75f, true);

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
    locked(() -> missesNothing = true);
  }

  // ---- this end's frames

  /** The number of a frame that is being sent to all. */
  long number(Bytes frame, long now) {
    lock.lock();
    try {
      last++;
      kept.put(last, new Kept(frame, now));
      keptBytes += frame.length();
      while (kept.size() > RuntimeLimits.FRAMES_KEPT
          || keptBytes > RuntimeLimits.FRAME_BYTES_KEPT) {
        forgetOldest();
      }
      told = 0;
      // In a stream of frames gaps show by themselves, to all but those who hear none of it.
      long soon =
          Math.max(now + RuntimeLimits.TELL_COUNT_MILLIS, toldAt + RuntimeLimits.TELL_EACH_MILLIS);
      tellAt = Math.min(tellAt, soon);
      dueAt(tellAt);
      return last;
    } finally {
      lock.unlock();
    }
  }

  private void forgetOldest() {
    Map.Entry<Long, Kept> oldest = kept.pollFirstEntry();
    if (oldest != null) {
      keptBytes -= oldest.getValue().frame.length();
    }
  }

  /** Somebody wants these again. */
  void asked(Address by, List<Long> numbers, long now) {
    locked(
        () -> {
          for (long number : numbers) {
            if (kept.containsKey(number) && asked.size() < RuntimeLimits.ASKED_FOR) {
              asked.add(new Asked(by, number));
              dueAt(now);
            }
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
      if (number <= 0 || number > Long.MAX_VALUE / 2) {
        return !again;
      }
      Source source = source(from);
      if (number > source.top) {
        // Only what this frame jumps over: for each frame of a stream this must cost next to
        // nothing.
        long jumped = source.top + 1;
        source.reaches(number);
        long due = now + RuntimeLimits.MISSING_PATIENCE_MILLIS;
        if (missesNothing && source.floor >= 0 && source.wants(jumped, number - 1, due)) {
          dueAt(due);
        }
      }
      boolean isNew = !source.has(number);
      source.mark(number);
      return isNew || !again;
    } finally {
      lock.unlock();
    }
  }

  /** Somebody says what it has sent. */
  void told(Address from, Errand.Tell tell, long now) {
    if (tell.first <= 0
        || tell.first > tell.fresh
        || tell.fresh > tell.last
        || tell.last > Long.MAX_VALUE / 2) {
      return;
    }
    locked(
        () -> {
          Source source = source(from);
          if (tell.last < source.top - RuntimeLimits.NUMBERS_WATCHED) {
            // Somebody else counted in its name.
            source.forget();
          }
          if (tell.last > source.top) {
            source.reaches(tell.last);
          }
          if (!missesNothing) {
            source.floor = tell.last + 1;
            return;
          }
          source.floor = Math.max(source.floor < 0 ? tell.fresh : source.floor, tell.first);
          source.missing.headMap(source.floor).clear();
          long due = now + RuntimeLimits.MISSING_PATIENCE_MILLIS;
          if (source.wants(source.floor, tell.last, due)) {
            dueAt(due);
          }
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

  private Source source(Address from) {
    Source source = sources.computeIfAbsent(from, unseen -> new Source());
    if (sources.size() > RuntimeLimits.HEARD) {
      Iterator<Address> oldest = sources.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    return source;
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
      next = Long.MAX_VALUE;
      if (tooFast != null) {
        out.add(new Errand.TooFast(tooFast));
        tooFast = null;
      }
      sayAgain(out, now);
      tell(out, now);
      for (Map.Entry<Address, Source> each : sources.entrySet()) {
        ask(each.getKey(), each.getValue(), out, now);
        next = Math.min(next, nextOf(each.getValue()));
      }
      return out;
    } finally {
      lock.unlock();
    }
  }

  /** So many a second and no more: whoever asks may do so in somebody else's name. */
  private void sayAgain(List<Errand> out, long now) {
    long most = RuntimeLimits.SAID_AGAIN_PER_SECOND;
    allowance = Math.min(most, allowance + (now - allowedAt) * most / 1_000);
    allowedAt = now;
    while (!asked.isEmpty() && allowance > 0) {
      Asked one = asked.remove();
      Kept frame = kept.get(one.number);
      if (frame != null) {
        out.add(new Errand.SayAgain(one.by, one.number, frame.frame));
        allowance--;
      }
    }
    if (!asked.isEmpty()) {
      next = Math.min(next, now + 1_000 / 8);
    }
  }

  private void tell(List<Errand> out, long now) {
    if (now >= tellAt) {
      while (!kept.isEmpty()
          && now - kept.firstEntry().getValue().at > RuntimeLimits.FRAMES_KEPT_MILLIS) {
        forgetOldest();
      }
      if (kept.isEmpty()) {
        tellAt = Long.MAX_VALUE;
      } else {
        out.add(new Errand.Tell(kept.firstKey(), fresh(now), last));
        tellAt = told < TELL_AGAIN.length ? now + TELL_AGAIN[told] : Long.MAX_VALUE;
        told++;
        toldAt = now;
      }
    }
    next = Math.min(next, tellAt);
  }

  /** The words are lost as easily as the frames; the last time it is for forgetting them. */
  private static final long[] TELL_AGAIN = {1_000, 4_000, RuntimeLimits.FRAMES_KEPT_MILLIS};

  private long fresh(long now) {
    long fresh = last;
    while (kept.get(fresh - 1) instanceof Kept before
        && last - fresh < RuntimeLimits.FRESH_FRAMES - 1
        && now - before.at <= RuntimeLimits.FRESH_MILLIS) {
      fresh--;
    }
    return fresh;
  }

  private static void ask(Address of, Source source, List<Errand> out, long now) {
    List<Long> numbers = new ArrayList<>();
    List<Long> givenUp = new ArrayList<>();
    for (Map.Entry<Long, Missing> each : source.missing.entrySet()) {
      Missing missing = each.getValue();
      if (missing.due > now) {
        continue;
      }
      if (missing.tries == RuntimeLimits.ASK_AGAIN) {
        givenUp.add(each.getKey());
      } else if (numbers.size() < RuntimeLimits.ASKED_AT_ONCE) {
        missing.due = now + (RuntimeLimits.ASK_AGAIN_MILLIS << missing.tries);
        missing.tries++;
        numbers.add(each.getKey());
      } else {
        missing.due = now + RuntimeLimits.ASK_BREATH_MILLIS;
      }
    }
    givenUp.forEach(source::mark);
    if (!numbers.isEmpty()) {
      out.add(new Errand.Ask(of, List.copyOf(numbers)));
    }
  }

  private static long nextOf(Source source) {
    long next = Long.MAX_VALUE;
    for (Missing missing : source.missing.values()) {
      next = Math.min(next, missing.due);
    }
    return next;
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
