package io.keymoot.flatkeying.keying;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.MemberId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request for facts is answered, and to whom. Whoever answers must not drown: half of ten
 * thousand may lack one fact and know one member that has it.
 *
 * <ul>
 *   <li>at most {@link Limits#ANSWERS_IN_A_WINDOW} answers in any half second, and fewer to any one
 *       asker, so nobody takes it all; who gets no answer asks somebody else;
 *   <li>when three ask for one fact it is said to all; whoever asks right after that, or after
 *       somebody else said it to all, had not heard it yet and gets no answer.
 * </ul>
 *
 * <p>Public for heartbeat's tests, which hold ten thousand peers to it.
 */
public final class Answering {

  /** What becomes of a request. */
  public enum Verdict {
    TO_ONE,
    /** So many ask that all shall hear it: the others lack about the same. */
    TO_ALL,
    /** It was said to all just now. */
    SAID_ALREADY,
    TOO_MANY
  }

  /** When the last answers were given: the oldest of them must be out of the window. */
  private static final class Window {
    private final long[] times;
    private int next;

    Window(int most) {
      times = new long[most];
      Arrays.fill(times, Long.MIN_VALUE / 2);
    }

    boolean hasRoom(long now) {
      return now - times[next] >= Limits.ANSWER_WINDOW_MILLIS;
    }

    void take(long now) {
      times[next] = now;
      next = (next + 1) % times.length;
    }

    /** As if there had been no answer yet. */
    boolean isOver(long now) {
      return now - times[(next + times.length - 1) % times.length] >= Limits.ANSWER_WINDOW_MILLIS;
    }
  }

  private static final class Asked {
    /** Two who asked; the third makes it everybody's. */
    @Nullable MemberId first;

    @Nullable MemberId second;
    long since;
    long saidToAll = Long.MIN_VALUE / 2;

    /** Whether this is the third. */
    boolean by(MemberId asker) {
      if (first == null || asker.equals(first)) {
        first = asker;
        return false;
      }
      if (second == null || asker.equals(second)) {
        second = asker;
        return false;
      }
      return true;
    }

    void forgetAskers() {
      first = null;
      second = null;
    }

    /** As if nobody had asked yet, nor said it. */
    boolean isOver(long now) {
      return now - since > Limits.ASKED_TOGETHER_MILLIS
          && now - saidToAll >= Limits.ANSWERED_ALL_MILLIS
          && now - saidToAll >= Limits.ASKED_TOGETHER_MILLIS;
    }
  }

  private final Window all = new Window(Limits.ANSWERS_IN_A_WINDOW);
  private final Map<MemberId, Window> askers = bounded(Limits.ASKERS);
  private final Map<FactId, Asked> asked = bounded(Limits.FACTS_ASKED_FOR);

  private static <K, V> Map<K, V> bounded(int most) {
    return new LinkedHashMap<>(4, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }

  /** What is over takes no room from one that is not, and none for long. */
  private static <V> void dropOver(Map<?, V> oldestFirst, Predicate<V> isOver) {
    Iterator<V> each = oldestFirst.values().iterator();
    while (each.hasNext() && isOver.test(each.next())) {
      each.remove();
    }
  }

  /**
   * @param facts those asked for that this peer has; none for a request for something else
   * @param mayTellAll false where the others do not lack what this asker lacks
   */
  public Verdict asked(MemberId by, List<FactId> facts, boolean mayTellAll, Tick tick) {
    long now = tick.millis();
    List<Asked> open = new ArrayList<>();
    for (FactId fact : facts) {
      Asked entry = entry(fact, now);
      if (now - entry.saidToAll >= Limits.ANSWERED_ALL_MILLIS) {
        open.add(entry);
      }
    }
    if (open.isEmpty() && !facts.isEmpty() && mayTellAll) {
      return Verdict.SAID_ALREADY;
    }
    Window its = askers.computeIfAbsent(by, asker -> new Window(Limits.ANSWERS_TO_ONE));
    if (!all.hasRoom(now) || !its.hasRoom(now)) {
      return Verdict.TOO_MANY;
    }
    all.take(now);
    its.take(now);
    dropOver(askers, window -> window.isOver(now));
    boolean isThird = false;
    for (Asked entry : open) {
      isThird |= entry.by(by);
    }
    if (!isThird || !mayTellAll) {
      return Verdict.TO_ONE;
    }
    open.forEach(entry -> saidToAll(entry, now));
    return Verdict.TO_ALL;
  }

  /**
   * Somebody said this to all. Not twice a second: who says it to this peer alone, over and over,
   * must not keep it from the others.
   */
  public void overheard(FactId fact, Tick tick) {
    long now = tick.millis();
    Asked entry = entry(fact, now);
    if (now - entry.saidToAll >= Limits.ASKED_TOGETHER_MILLIS) {
      saidToAll(entry, now);
    }
  }

  private static void saidToAll(Asked entry, long now) {
    entry.saidToAll = now;
    entry.forgetAskers();
  }

  private Asked entry(FactId fact, long now) {
    Asked entry = asked.computeIfAbsent(fact, id -> new Asked());
    if (now - entry.since > Limits.ASKED_TOGETHER_MILLIS) {
      entry.since = now;
      entry.forgetAskers();
      dropOver(asked, each -> each.isOver(now));
    }
    return entry;
  }
}
