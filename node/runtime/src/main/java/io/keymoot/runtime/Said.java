package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import io.keymoot.runtime.CatchUp.Errand;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Half of {@link CatchUp}, under its lock: what this end sent, and who wants it again. */
final class Said {
  private static final int PLACES = RuntimeLimits.FRAMES_KEPT;

  /** The words are lost as easily as the frames; the last time it is for forgetting them. */
  private static final long[] TELL_AGAIN = {
    1_000, 2_000, 4_000, 8_000, RuntimeLimits.FRAMES_KEPT_MILLIS
  };

  private record Kept(Bytes frame, long at) {}

  /** Those from {@link #first} to {@link #last}, each at its number modulo the places. */
  private final @Nullable Kept[] kept = new Kept[PLACES];

  private long first = 1;
  private long last;
  private long keptBytes;

  private long tellAt = Long.MAX_VALUE;
  private int told;
  private long toldAt = Long.MIN_VALUE / 2;

  private static final class Asker extends Shares.Share {
    final Address address;
    final LinkedHashSet<Long> wants = new LinkedHashSet<>();

    Asker(Address address) {
      this.address = address;
    }
  }

  /** The first of the map is the next to be heard. */
  private final LinkedHashMap<Address, Asker> asked = new LinkedHashMap<>();

  private final Shares<Asker> shares = new Shares<>();
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
    Asker asker = asked.getOrDefault(by, new Asker(by));
    for (long number : numbers) {
      if (get(number) != null
          && asker.wants.size() < RuntimeLimits.ASKED_FOR_BY_ONE
          && !asker.wants.contains(number)
          && isRoomFor(asker)) {
        asker.wants.add(number);
        count(asker, 1);
      }
    }
    if (!asker.wants.isEmpty()) {
      asked.putIfAbsent(by, asker);
    }
    return !asker.wants.isEmpty();
  }

  /** Whoever asks for most gives way. */
  private boolean isRoomFor(Asker asker) {
    if (askedInAll < RuntimeLimits.ASKED_FOR) {
      return true;
    }
    Asker most = shares.mostAbove(asker.has() + 1);
    if (most == null) {
      return false;
    }
    most.wants.removeLast();
    count(most, -1);
    return true;
  }

  /** One more that it wants, or one less. */
  private void count(Asker asker, int by) {
    askedInAll += by;
    shares.change(asker, by);
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
      Asker turn = asked.firstEntry().getValue();
      long number = turn.wants.removeFirst();
      count(turn, -1);
      asked.remove(turn.address);
      if (!turn.wants.isEmpty()) {
        asked.put(turn.address, turn);
      }
      Kept frame = get(number);
      if (frame != null) {
        budget.spend();
        out.add(new Errand.SayAgain(turn.address, number, frame.frame));
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
