package io.keymoot.runtime;

import io.keymoot.peer.Address;
import io.keymoot.runtime.CatchUp.Errand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Half of {@link CatchUp}, under its lock: what others sent and did not come.
 *
 * <p>Sources can be made up, as many as anybody likes, and so can their counts. So what is missing
 * is bounded over all of them, and who lacks most gives way; so many gaps of one source are looked
 * into in a second, and so many questions asked, of all sources in turn. What a frame costs that
 * comes in its turn grows with none of this.
 */
final class Gaps {
  private static final int WINDOW = RuntimeLimits.NUMBERS_WATCHED;

  private static final class Missing {
    final Source of;
    final long number;

    /** Nobody keeps it any longer. */
    final long end;

    long due;
    int tries;

    Missing(Source of, long number, long now) {
      this.of = of;
      this.number = number;
      this.end = now + RuntimeLimits.FRAMES_KEPT_MILLIS;
      this.due = now + RuntimeLimits.MISSING_PATIENCE_MILLIS;
    }
  }

  private final LinkedHashMap<Address, Source> sources = new LinkedHashMap<>(16, 0.75f, true);

  /** All that is missing, what is due first at its head. */
  private final TreeSet<Missing> waiting =
      new TreeSet<>(
          Comparator.comparingLong((Missing each) -> each.due)
              .thenComparingLong(each -> each.of.age)
              .thenComparingLong(each -> each.number));

  /** How much is missing of each source. */
  private final Shares<Source> shares = new Shares<>();

  private final Budget asks = new Budget(RuntimeLimits.ASKS_PER_SECOND);
  private long ages;
  private long questions;
  private boolean missesNothing;

  /** Frames that were missing, and are not waited for any more. */
  final LongAdder lost = new LongAdder();

  void missNothing() {
    missesNothing = true;
  }

  boolean came(Address from, long number, boolean again, long now) {
    if (number <= 0 || number > Long.MAX_VALUE / 2) {
      return !again;
    }
    Source source = source(from);
    if (number > source.top) {
      source.reaches(number);
      if (missesNothing && source.floor < 0 && !again) {
        // Its frames are for this end from here on, though it has not counted them yet.
        source.floor = number;
      }
      if (missesNothing && source.floor >= 0) {
        source.wants(number - 1, now);
      }
    }
    boolean isNew = !source.has(number);
    source.mark(number);
    return isNew || !again;
  }

  /** There was no room for one that came: it is as if it had not. */
  void notTaken(Address from, long number, long now) {
    Source source = sources.get(from);
    if (source != null && number > source.top - WINDOW && number <= source.top) {
      source.unmark(number);
      if (missesNothing && source.floor >= 0 && number >= source.floor) {
        source.miss(number, now);
      }
    }
  }

  void told(Address from, Errand.Tell tell, long now) {
    if (tell.first() <= 0
        || tell.first() > tell.fresh()
        || tell.fresh() > tell.last()
        || tell.last() > Long.MAX_VALUE / 2) {
      return;
    }
    Source source = source(from);
    if (tell.last() < source.top - WINDOW) {
      // Overtaken by the frames that it does not count yet; or else somebody counted in its name.
      source.behind++;
      if (source.behind == 1 && source.top - tell.last() < RuntimeLimits.COUNT_FAR_BEHIND) {
        return;
      }
      source.forget();
    }
    source.behind = 0;
    if (tell.last() > source.top) {
      source.reaches(tell.last());
    }
    boolean isFirst = !source.isCounted;
    source.isCounted = true;
    if (!missesNothing) {
      source.floor = tell.last() + 1;
      return;
    }
    long heardFrom = source.floor < 0 ? tell.fresh() : source.floor;
    source.floor = Math.max(isFirst ? Math.min(heardFrom, tell.fresh()) : heardFrom, tell.first());
    source.loseBelow(source.floor);
    source.wantsAll(source.floor, heardFrom - 1, now);
    source.wants(tell.last(), now);
  }

  private Source source(Address from) {
    Source known = sources.get(from);
    if (known != null) {
      return known;
    }
    if (sources.size() >= RuntimeLimits.HEARD) {
      Map.Entry<Address, Source> oldest = sources.pollFirstEntry();
      if (oldest != null) {
        oldest.getValue().loseBelow(Long.MAX_VALUE);
      }
    }
    Source source = new Source(from, ages++);
    sources.put(from, source);
    return source;
  }

  // ---- in time

  long next() {
    return waiting.isEmpty() ? Long.MAX_VALUE : waiting.first().due;
  }

  void due(List<Errand> out, long now) {
    Map<Source, List<Missing>> bySource = new LinkedHashMap<>();
    while (next() <= now) {
      Missing each = waiting.removeFirst();
      if (each.tries == RuntimeLimits.ASK_AGAIN || each.end <= now) {
        each.of.isFound(each.number);
        lost.increment();
      } else {
        bySource.computeIfAbsent(each.of, unseen -> new ArrayList<>()).add(each);
      }
    }
    bySource.entrySet().stream()
        .sorted(Map.Entry.comparingByKey(IN_TURN))
        .forEach(each -> ask(each.getKey(), each.getValue(), out, now));
  }

  private void ask(Source source, List<Missing> due, List<Errand> out, long now) {
    boolean mayAsk = asks.isLeft(now);
    List<Long> numbers = new ArrayList<>();
    for (Missing each : due) {
      long again;
      if (!mayAsk) {
        again = RuntimeLimits.BUDGET_LOOK_MILLIS;
      } else if (numbers.size() < RuntimeLimits.ASKED_AT_ONCE) {
        again =
            Math.min(
                RuntimeLimits.ASK_AGAIN_MILLIS << each.tries, RuntimeLimits.ASK_AGAIN_MOST_MILLIS);
        each.tries++;
        numbers.add(each.number);
      } else {
        again = RuntimeLimits.ASK_BREATH_MILLIS;
      }
      each.due = Math.min(now + again, each.end);
      waiting.add(each);
    }
    if (!numbers.isEmpty()) {
      asks.spend();
      source.asked = ++questions;
      out.add(new Errand.Ask(source.address, List.copyOf(numbers)));
    }
  }

  /** The one that was asked longest ago comes first. */
  private static final Comparator<Source> IN_TURN =
      Comparator.comparingLong((Source each) -> each.asked).thenComparingLong(each -> each.age);

  /** What came from one end. */
  private final class Source extends Shares.Share {
    final Address address;
    final long age;

    /** When it was asked last; or when it came to lack anything. */
    long asked;

    long top;

    /** What came before it is not wanted; negative while nothing is known. */
    long floor = -1;

    /** It has said how far it counts. */
    boolean isCounted;

    /** Words in a row that count to far less than what came. */
    int behind;

    /** Up to here gaps have been looked for. */
    private long examined;

    private final long[] seen = new long[WINDOW / Long.SIZE];
    private final TreeMap<Long, Missing> missing = new TreeMap<>();
    private @Nullable Budget gaps;

    Source(Address address, long age) {
      this.address = address;
      this.age = age;
    }

    boolean has(long number) {
      return number <= top - WINDOW || (seen[index(number)] >>> number & 1) == 1;
    }

    private static int index(long number) {
      return (int) (number % WINDOW) / Long.SIZE;
    }

    void mark(long number) {
      if (number > top - WINDOW) {
        seen[index(number)] |= 1L << number;
      }
      Missing found = missing.isEmpty() ? null : missing.get(number);
      if (found != null) {
        waiting.remove(found);
        isFound(number);
      }
    }

    void unmark(long number) {
      seen[index(number)] &= ~(1L << number);
    }

    void reaches(long number) {
      if (number - top >= WINDOW) {
        Arrays.fill(seen, 0);
      } else {
        for (long each = top + 1; each <= number; each++) {
          unmark(each);
        }
      }
      top = number;
      loseBelow(top - WINDOW + 1);
    }

    /** Looks for gaps, from where it last did. */
    void wants(long to, long now) {
      wantsAll(Math.max(examined + 1, floor), to, now);
      examined = Math.max(examined, to);
    }

    void wantsAll(long first, long last, long now) {
      for (long each = Math.max(first, Math.max(1, top - WINDOW + 1)); each <= last; each++) {
        if (!has(each)) {
          miss(each, now);
        }
      }
    }

    void miss(long number, long now) {
      if (missing.containsKey(number)) {
        return;
      }
      Budget budget = gaps == null ? new Budget(RuntimeLimits.GAPS_PER_SECOND) : gaps;
      gaps = budget;
      if (!budget.isLeft(now) || !isRoomFor(this)) {
        lost.increment();
        return;
      }
      budget.spend();
      Missing one = new Missing(this, number, now);
      if (missing.isEmpty()) {
        asked = Math.max(asked, questions);
      }
      missing.put(number, one);
      waiting.add(one);
      shares.change(this, 1);
    }

    /** It waits no more, whatever the reason. */
    void isFound(long number) {
      missing.remove(number);
      shares.change(this, -1);
    }

    void loseBelow(long number) {
      while (!missing.isEmpty() && missing.firstKey() < number) {
        lose(missing.firstEntry().getValue());
      }
    }

    void lose(Missing one) {
      waiting.remove(one);
      isFound(one.number);
      lost.increment();
    }

    void forget() {
      loseBelow(Long.MAX_VALUE);
      top = 0;
      floor = -1;
      isCounted = false;
      examined = 0;
      Arrays.fill(seen, 0);
    }
  }

  /** Whoever lacks most gives way. */
  private boolean isRoomFor(Source source) {
    if (waiting.size() < RuntimeLimits.MISSING_IN_ALL) {
      return true;
    }
    Source most = shares.mostAbove(source.has() + 1);
    if (most == null) {
      return false;
    }
    most.lose(most.missing.lastEntry().getValue());
    return true;
  }
}
