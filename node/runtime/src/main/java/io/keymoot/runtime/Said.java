package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import io.keymoot.runtime.CatchUp.Errand;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Half of {@link CatchUp}, under its lock: what this end sent, and who wants it again. */
final class Said {
  private static final int PLACES = RuntimeLimits.FRAMES_KEPT;

  /** The words are lost as easily as the frames; the last time it is for forgetting them. */
  private static final long[] TELL_AGAIN = {1_000, 4_000, RuntimeLimits.FRAMES_KEPT_MILLIS};

  private record Kept(Bytes frame, long at) {}

  /** Those from {@link #first} to {@link #last}, each at its number modulo the places. */
  private final @Nullable Kept[] kept = new Kept[PLACES];

  private long first = 1;
  private long last;
  private long keptBytes;

  private long tellAt = Long.MAX_VALUE;
  private int told;
  private long toldAt = Long.MIN_VALUE / 2;

  /** Each asker's numbers; the first of the map is the next to be heard. */
  private final LinkedHashMap<Address, LinkedHashSet<Long>> asked = new LinkedHashMap<>();

  private int askedInAll;
  private final Budget budget = new Budget(RuntimeLimits.SAID_AGAIN_PER_SECOND);

  long number(Bytes frame, long now) {
    if (last + 1 - first == PLACES) {
      forgetOldest();
    }
    last++;
    kept[place(last)] = new Kept(frame, now);
    keptBytes += frame.length();
    while (keptBytes > RuntimeLimits.FRAME_BYTES_KEPT) {
      forgetOldest();
    }
    told = 0;
    // In a stream of frames gaps show by themselves, to all but those who hear none of it.
    long soon =
        Math.max(now + RuntimeLimits.TELL_COUNT_MILLIS, toldAt + RuntimeLimits.TELL_EACH_MILLIS);
    tellAt = Math.min(tellAt, soon);
    return last;
  }

  private static int place(long number) {
    return (int) (number % PLACES);
  }

  private @Nullable Kept get(long number) {
    return number >= first && number <= last ? kept[place(number)] : null;
  }

  private void forgetOldest() {
    Kept oldest = get(first);
    if (oldest != null) {
      keptBytes -= oldest.frame.length();
      kept[place(first)] = null;
      first++;
    }
  }

  /** Somebody wants these again; answers whether anything of that is here. */
  boolean asked(Address by, List<Long> numbers) {
    LinkedHashSet<Long> wanted = asked.getOrDefault(by, new LinkedHashSet<>());
    for (long number : numbers) {
      if (get(number) != null
          && askedInAll < RuntimeLimits.ASKED_FOR
          && wanted.size() < RuntimeLimits.ASKED_FOR_BY_ONE
          && wanted.add(number)) {
        askedInAll++;
      }
    }
    if (!wanted.isEmpty()) {
      asked.putIfAbsent(by, wanted);
    }
    return !wanted.isEmpty();
  }

  // ---- in time

  long next(long now) {
    return asked.isEmpty() ? tellAt : Math.min(tellAt, now + RuntimeLimits.BUDGET_LOOK_MILLIS);
  }

  void due(List<Errand> out, long now) {
    sayAgain(out, now);
    if (now >= tellAt) {
      tell(out, now);
    }
  }

  /**
   * So many a second and no more: whoever asks may do so in somebody else's name. Askers take
   * turns.
   */
  private void sayAgain(List<Errand> out, long now) {
    while (!asked.isEmpty() && budget.isLeft(now)) {
      Map.Entry<Address, LinkedHashSet<Long>> turn = asked.firstEntry();
      Address by = turn.getKey();
      LinkedHashSet<Long> wanted = turn.getValue();
      long number = wanted.removeFirst();
      askedInAll--;
      asked.remove(by);
      if (!wanted.isEmpty()) {
        asked.put(by, wanted);
      }
      Kept frame = get(number);
      if (frame != null) {
        budget.spend();
        out.add(new Errand.SayAgain(by, number, frame.frame));
      }
    }
  }

  private void tell(List<Errand> out, long now) {
    Kept oldest = get(first);
    while (oldest != null && now - oldest.at > RuntimeLimits.FRAMES_KEPT_MILLIS) {
      forgetOldest();
      oldest = get(first);
    }
    if (first > last) {
      tellAt = Long.MAX_VALUE;
      return;
    }
    out.add(new Errand.Tell(first, fresh(now), last));
    tellAt = told < TELL_AGAIN.length ? now + TELL_AGAIN[told] : Long.MAX_VALUE;
    told++;
    toldAt = now;
  }

  private long fresh(long now) {
    long fresh = last;
    Kept before = get(fresh - 1);
    while (before != null
        && last - fresh < RuntimeLimits.FRESH_FRAMES - 1
        && now - before.at <= RuntimeLimits.FRESH_MILLIS) {
      fresh--;
      before = get(fresh - 1);
    }
    return fresh;
  }
}
